import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import { Frame } from "./pieces/Frame";
import { Lost } from "./pieces/Lost";
import { Broken, Waiting } from "./pieces/states";
import { Home } from "./storefront/Home";
import { readSearch } from "./storefront/search";
import { learn } from "./words";

const root = createRootRoute({ component: Frame, notFoundComponent: Lost });
const text = (value: unknown) => (typeof value === "string" && value ? value : undefined);

const at = <P extends string>(path: P, component: ReturnType<typeof lazyRouteComponent>) =>
  createRoute({ getParentRoute: () => root, path, component });

const account = () => import("./account");
const booking = () => import("./booking");

/** Courses, events and the shop have their words in a file of their own. */
const market = <P extends string>(path: P, component: ReturnType<typeof lazyRouteComponent>) =>
  createRoute({ getParentRoute: () => root, path, beforeLoad: () => learn("market"), component });
const learning = () => import("./learning");
const gatherings = () => import("./events");
const orders = () => import("./orders");

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
  beforeLoad: () => learn("market"),
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

const deskRoot = createRoute({
  getParentRoute: () => root,
  path: "/desk",
  beforeLoad: () => learn("desk"),
  component: lazyRouteComponent(() => import("./desk/Desk"), "Desk"),
});
const desk = <P extends string>(path: P, component: ReturnType<typeof lazyRouteComponent>) =>
  createRoute({ getParentRoute: () => deskRoot, path, component });

/** Links of mails lead to a provider's money and reviews by names of their own. */
const leads = <P extends string>(path: P, to: "/desk/wallet" | "/desk/reviews") =>
  createRoute({
    getParentRoute: () => root,
    path,
    beforeLoad: () => {
      throw redirect({ to, replace: true });
    },
  });

const tree = root.addChildren([
  deskRoot.addChildren([
    desk(
      "/",
      lazyRouteComponent(() => import("./desk/Today"), "Today"),
    ),
    desk(
      "/calendar",
      lazyRouteComponent(() => import("./desk/Calendar"), "Calendar"),
    ),
    desk(
      "/hours",
      lazyRouteComponent(() => import("./desk/Hours"), "Hours"),
    ),
    desk(
      "/sessions",
      lazyRouteComponent(() => import("./desk/Sessions"), "Sessions"),
    ),
    desk(
      "/reviews",
      lazyRouteComponent(() => import("./desk/Reviews"), "Reviews"),
    ),
    desk(
      "/wallet",
      lazyRouteComponent(() => import("./desk/Wallet"), "Wallet"),
    ),
    desk(
      "/profile",
      lazyRouteComponent(() => import("./desk/Profile"), "Profile"),
    ),
  ]),
  createRoute({
    getParentRoute: () => root,
    path: "/office",
    beforeLoad: () => learn("office"),
    component: lazyRouteComponent(() => import("./office/Office"), "Office"),
  }),
  leads("/earnings", "/desk/wallet"),
  leads("/sales", "/desk/wallet"),
  leads("/reviews", "/desk/reviews"),
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
  market("/courses", lazyRouteComponent(learning, "Courses")),
  market("/courses/$courseId", lazyRouteComponent(learning, "CoursePage")),
  market("/certificates", lazyRouteComponent(learning, "Certificates")),
  market("/certificates/$number", lazyRouteComponent(learning, "Certificate")),
  market("/events", lazyRouteComponent(gatherings, "Events")),
  market("/events/$eventId", lazyRouteComponent(gatherings, "EventPage")),
  market("/shop", lazyRouteComponent(orders, "Shop")),
  market("/basket", lazyRouteComponent(orders, "BasketPage")),
  market("/orders/$orderId", lazyRouteComponent(orders, "Order")),
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
