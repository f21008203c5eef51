import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from "@tanstack/react-router";
import { Frame } from "./pieces/Frame";
import { Lost } from "./pieces/Lost";
import { Broken, Waiting } from "./pieces/states";
import { Home } from "./storefront/Home";
import { readSearch } from "./storefront/search";

const root = createRootRoute({ component: Frame, notFoundComponent: Lost });
const text = (value: unknown) => (typeof value === "string" && value ? value : undefined);

const at = <P extends string>(path: P, component: ReturnType<typeof lazyRouteComponent>) =>
  createRoute({ getParentRoute: () => root, path, component });

const account = () => import("./account");
const booking = () => import("./booking");

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: Home,
  validateSearch: readSearch,
});
const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  component: lazyRouteComponent(account, "SignIn"),
  validateSearch: (search): { next?: string } => ({ next: text(search.next) }),
});
const signUp = createRoute({
  getParentRoute: () => root,
  path: "/sign-up",
  component: lazyRouteComponent(account, "SignUp"),
  validateSearch: (search): { next?: string } => ({ next: text(search.next) }),
});
const session = createRoute({
  getParentRoute: () => root,
  path: "/sessions/$sessionId",
  component: lazyRouteComponent(booking, "Book"),
  validateSearch: (search): { slot?: string } => ({ slot: text(search.slot) }),
});
const bookingPage = createRoute({
  getParentRoute: () => root,
  path: "/bookings/$bookingId",
  component: lazyRouteComponent(booking, "Booking"),
  validateSearch: (search): { paid?: boolean } => ({ paid: search.paid === true || undefined }),
});
const messages = createRoute({
  getParentRoute: () => root,
  path: "/messages",
  component: lazyRouteComponent(() => import("./account/Messages"), "Messages"),
  validateSearch: (search): { with?: string; in?: string } => ({
    with: text(search.with),
    in: text(search.in),
  }),
});

const tree = root.addChildren([
  home,
  signIn,
  signUp,
  session,
  messages,
  at(
    "/experts/$expertId",
    lazyRouteComponent(() => import("./storefront/Expert"), "Expert"),
  ),
  at("/slots/$slotId", lazyRouteComponent(booking, "SlotOfMail")),
  at(
    "/pay/$bookingId",
    lazyRouteComponent(() => import("./booking/Pay"), "Pay"),
  ),
  at("/bookings", lazyRouteComponent(booking, "MyBookings")),
  bookingPage,
  at("/forgot-password", lazyRouteComponent(account, "ForgotPassword")),
  at("/reset-password", lazyRouteComponent(account, "ResetPassword")),
  at("/account", lazyRouteComponent(account, "Account")),
  at("/notifications", lazyRouteComponent(account, "News")),
  at("/payments", lazyRouteComponent(account, "Payments")),
  at("/orders", lazyRouteComponent(account, "Payments")),
  at("/receipts/$orderId", lazyRouteComponent(account, "Receipt")),
  at("/support", lazyRouteComponent(account, "Support")),
]);

export const router = createRouter({
  routeTree: tree,
  defaultPreload: "intent",
  scrollRestoration: true,
  defaultPendingComponent: Waiting,
  defaultErrorComponent: Broken,
  defaultNotFoundComponent: Lost,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
