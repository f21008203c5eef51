import { Container, ScrollArea } from "@mantine/core";
import { Outlet } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { ButtonLink } from "../pieces/links";
import { SignedIn } from "../pieces/SignedIn";
import { Show } from "../pieces/states";
import { useWords } from "../words";
import { providerOf } from "./asks";
import { Begin } from "./Begin";
import { useWho } from "../start/session";

/** What providers see: whoever is none becomes one first. */
export function Desk() {
  return (
    <SignedIn>
      <Parts />
    </SignedIn>
  );
}

function Parts() {
  const me = useWho().session!.user.id;
  const provider = useQuery(providerOf(me));
  return (
    <Show of={provider}>
      {(found) =>
        found === false ? (
          <Begin />
        ) : (
          <>
            <Places />
            <Outlet />
          </>
        )
      }
    </Show>
  );
}

function Places() {
  const { t } = useWords("desk");
  const places = [
    ["/desk", t("nav.today")],
    ["/desk/calendar", t("nav.calendar")],
    ["/desk/hours", t("nav.hours")],
    ["/desk/sessions", t("nav.sessions")],
    ["/desk/reviews", t("nav.reviews")],
    ["/desk/wallet", t("nav.wallet")],
    ["/desk/profile", t("nav.profile")],
  ] as const;
  return (
    <Container size="lg" px={{ base: "sm", sm: "lg" }} pt="sm" className="no-print">
      <ScrollArea
        type="never"
        viewportProps={{ tabIndex: 0, role: "group", "aria-label": t("nav.label") }}
      >
        <nav aria-label={t("nav.label")} style={{ display: "flex", gap: 2 }}>
          {places.map(([to, label]) => (
            <ButtonLink
              key={to}
              to={to}
              className="place"
              variant="subtle"
              color="gray"
              c="var(--mantine-color-text)"
              size="sm"
              px="sm"
              style={{ flexShrink: 0 }}
              activeOptions={{ exact: to === "/desk" }}
            >
              {label}
            </ButtonLink>
          ))}
        </nav>
      </ScrollArea>
    </Container>
  );
}
