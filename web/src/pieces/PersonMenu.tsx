import { ActionIcon, Avatar, Indicator, Menu, UnstyledButton } from "@mantine/core";
import { IconBell } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { api, supabase } from "../start/client";
import { must } from "../start/refusal";
import { useMe, useWho } from "../start/session";
import { useWords } from "../words";

export default function PersonMenu() {
  const { t } = useWords();
  const { session } = useWho();
  const me = useMe();
  const go = useNavigate();
  const unread = useQuery({
    queryKey: ["news", "unread"],
    refetchInterval: 60_000,
    queryFn: () => must(api.rpc("list_notifications", { p_unread_only: true, p_limit: 20 })),
  });
  const count = unread.data?.length ?? 0;
  const name = me.data?.display_name ?? session?.user.email ?? "";
  const leave = async () => {
    await supabase.auth.signOut();
    await go({ to: "/" });
  };
  return (
    <>
      <Indicator disabled={count === 0} color="red" offset={6} size={9}>
        <ActionIcon
          component={Link}
          to="/notifications"
          variant="subtle"
          color="gray"
          c="var(--mantine-color-text)"
          size={36}
          aria-label={t("nav.news", { count })}
        >
          <IconBell size={20} aria-hidden />
        </ActionIcon>
      </Indicator>
      <Menu position="bottom-end" width={220} shadow="md">
        <Menu.Target>
          <UnstyledButton aria-label={t("nav.person", { name })} style={{ borderRadius: 99 }}>
            <Avatar src={me.data?.avatar_url} size={34} alt="" color="brand" />
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{name}</Menu.Label>
          <Menu.Item component={Link} to="/account">
            {t("nav.account")}
          </Menu.Item>
          <Menu.Item component={Link} to="/payments">
            {t("nav.payments")}
          </Menu.Item>
          <Menu.Item component={Link} to="/support">
            {t("nav.support")}
          </Menu.Item>
          {me.data?.role === "admin" && (
            <Menu.Item component="a" href="/office">
              {t("nav.office")}
            </Menu.Item>
          )}
          <Menu.Divider />
          <Menu.Item onClick={() => void leave()}>{t("nav.signOut")}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
