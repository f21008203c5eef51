import Settings from "@mui/icons-material/SettingsOutlined";
import Storefront from "@mui/icons-material/StorefrontOutlined";
import type { MouseEvent } from "react";
import { Layout, Menu, type LayoutProps } from "react-admin";
import { useWords } from "../words";

function Rooms() {
  const { t } = useWords("office");
  return (
    <Menu>
      <Menu.DashboardItem primaryText={t("reports.title")} />
      <Menu.ResourceItems />
      <Menu.Item to="/settings" primaryText={t("settings.title")} leftIcon={<Settings />} />
      <Menu.Item
        to="/storefront"
        primaryText={t("rooms.storefront")}
        leftIcon={<Storefront />}
        onClick={(event: MouseEvent) => {
          // Out of the office: the storefront has another router.
          event.preventDefault();
          location.assign("/");
        }}
      />
    </Menu>
  );
}

export const OfficeLayout = (props: LayoutProps) => <Layout {...props} menu={Rooms} />;
