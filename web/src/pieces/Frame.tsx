import { Anchor, Box, Burger, Container, Group, Stack, Text } from "@mantine/core";
import { Outlet, useLocation } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { lens } from "../lenses";
import { config } from "../start/config";
import { useWho } from "../start/session";
import { useWords } from "../words";
import { Appearance } from "./Appearance";
import { ButtonLink } from "./links";
import { Logo } from "./Logo";
import { Offline } from "./Offline";

// Only who is signed in has a menu.
const PersonMenu = lazy(() => import("./PersonMenu"));

export function Frame() {
  const { t } = useWords();
  const { session, isKnown } = useWho();
  const path = useLocation({ select: (location) => location.pathname });
  const [openAt, setOpenAt] = useState<string>();
  // Whoever has gone somewhere has closed the menu.
  const isOpen = openAt === path;

  if (path.startsWith("/office")) return <Outlet />;
  return (
    <>
      <a className="skip" href="#main">
        {t("nav.skip")}
      </a>
      <Box component="header" className="top">
        <Container size="lg" h={60} px={{ base: "sm", sm: "lg" }}>
          <Group h="100%" justify="space-between" wrap="nowrap" gap="xs">
            <Group gap="xs" wrap="nowrap">
              <Burger
                opened={isOpen}
                onClick={() => setOpenAt(isOpen ? undefined : path)}
                hiddenFrom="md"
                size="sm"
                aria-label={t("nav.menu")}
                aria-expanded={isOpen}
                aria-controls="menu"
              />
              <Logo />
              <Group component="nav" gap={2} visibleFrom="md" ml="md" aria-label={t("nav.main")}>
                <Places />
              </Group>
            </Group>
            <Group gap={6} wrap="nowrap">
              {session && (
                <Suspense>
                  <PersonMenu />
                </Suspense>
              )}
              {isKnown && !session && (
                <>
                  <ButtonLink to="/sign-in" variant="default" size="sm">
                    {t("nav.signIn")}
                  </ButtonLink>
                  <ButtonLink to="/sign-up" size="sm" visibleFrom="xs">
                    {t("nav.signUp")}
                  </ButtonLink>
                </>
              )}
            </Group>
          </Group>
        </Container>
        {isOpen && (
          <Stack
            component="nav"
            id="menu"
            hiddenFrom="md"
            gap={2}
            p="sm"
            aria-label={t("nav.main")}
          >
            <Places />
            {!session && <ButtonLink to="/sign-up">{t("nav.signUp")}</ButtonLink>}
          </Stack>
        )}
        <Offline />
      </Box>
      <Box component="main" id="main" tabIndex={-1} mih="70vh" style={{ outline: "none" }}>
        <Outlet />
      </Box>
      <Footer />
    </>
  );
}

function Places() {
  const { t } = useWords();
  const { session } = useWho();
  const own = [
    ["/bookings", t("nav.bookings")],
    ["/messages", t("nav.messages")],
    ["/desk", t("nav.desk")],
  ] as const;
  return [
    ["/", t("nav.find")] as const,
    ...lens.places.map((place) => [`/${place}`, t(`nav.${place}`)] as const),
    ...(session ? own : []),
  ].map(([to, label]) => (
    <ButtonLink
      key={to}
      to={to}
      className="place"
      variant="subtle"
      color="gray"
      c="var(--mantine-color-text)"
      px="sm"
      activeOptions={{ exact: to === "/", includeSearch: false }}
    >
      {label}
    </ButtonLink>
  ));
}

function Footer() {
  const { t } = useWords();
  return (
    <Container component="footer" size="lg" px={{ base: "md", sm: "lg" }} py="xl" mt="xl">
      <Group justify="space-between" gap="md">
        <Text size="sm" c="dimmed">
          {t("footer.what")}
        </Text>
        <Group gap="md">
          {config.mailbox && (
            <Anchor size="sm" c="dimmed" href={config.mailbox}>
              {t("footer.mailbox")}
            </Anchor>
          )}
          <Appearance />
        </Group>
      </Group>
    </Container>
  );
}
