import "./office.css";
import { useMantineColorScheme } from "@mantine/core";
import BugReport from "@mui/icons-material/ReportProblemOutlined";
import Gavel from "@mui/icons-material/GavelOutlined";
import HistoryIcon from "@mui/icons-material/HistoryOutlined";
import HourglassEmpty from "@mui/icons-material/HourglassEmptyOutlined";
import MailOutline from "@mui/icons-material/MailOutlined";
import PaymentIcon from "@mui/icons-material/PaymentOutlined";
import PeopleIcon from "@mui/icons-material/PeopleOutlined";
import School from "@mui/icons-material/SchoolOutlined";
import Support from "@mui/icons-material/SupportOutlined";
import Undo from "@mui/icons-material/UndoOutlined";
import Verified from "@mui/icons-material/VerifiedOutlined";
import EventIcon from "@mui/icons-material/EventOutlined";
import Outbox from "@mui/icons-material/OutboxOutlined";
import PanTool from "@mui/icons-material/PanToolOutlined";
import polyglot from "ra-i18n-polyglot";
import danish from "ra-language-danish";
import english from "ra-language-english";
import { Admin, CustomRoutes, Resource, type AuthProvider } from "react-admin";
import { Route } from "react-router-dom";
import { Navigate } from "@tanstack/react-router";
import { SignedIn } from "../pieces/SignedIn";
import { Show, Waiting } from "../pieces/states";
import { supabase } from "../start/client";
import { useMe } from "../start/session";
import { useWords } from "../words";
import { OfficeLayout } from "./Layout";
import { Manual, Payouts } from "./payouts";
import { Disputes, Payment, Payments, Refunds } from "./payments";
import { Bookings, People, Providers, Sessions } from "./people";
import { provider } from "./provider";
import { Reports } from "./Reports";
import { SettingsPage } from "./Settings";
import { dark, light } from "./theme";
import { Audit, Cases, Findings, Mail, Stuck } from "./watch";

/** The office: for staff alone. What it may do is decided by the API, not here. */
export function Office() {
  return (
    <SignedIn>
      <ForStaff />
    </SignedIn>
  );
}

function ForStaff() {
  const me = useMe();
  if (me.isPending) return <Waiting />;
  return (
    <Show of={me}>
      {(person) => (person.role === "admin" ? <Rooms /> : <Navigate to="/" replace />)}
    </Show>
  );
}

const auth: AuthProvider = {
  login: async () => {},
  logout: async () => {
    await supabase.auth.signOut();
    location.assign("/");
    return false;
  },
  checkAuth: async () => {
    const { data } = await supabase.auth.getSession();
    if (!data.session) throw new Error("sign_in_required");
  },
  checkError: async (error: { status?: number }) => {
    if (error.status === 401) throw new Error("sign_in_required");
  },
  getPermissions: async () => "staff",
  // Without a name: the button of the menu would be read as something else than it shows.
  getIdentity: async () => {
    const { data } = await supabase.auth.getSession();
    return { id: data.session?.user.id ?? "" };
  },
};

function Rooms() {
  const { t, language } = useWords("office");
  const { colorScheme } = useMantineColorScheme();
  const words = polyglot(() => (language === "da" ? danish : english), language, [], {
    allowMissing: true,
  });
  const named = (name: string) => ({ name, options: { label: t(`rooms.${name}`) } });
  return (
    <Admin
      key={language}
      dataProvider={provider}
      authProvider={auth}
      i18nProvider={words}
      layout={OfficeLayout}
      dashboard={Reports}
      loginPage={false}
      theme={light}
      darkTheme={dark}
      defaultTheme={colorScheme === "auto" ? undefined : colorScheme}
      title="Convene"
      disableTelemetry
      requireAuth
    >
      <Resource {...named("people")} list={People} icon={PeopleIcon} />
      <Resource {...named("providers")} list={Providers} icon={Verified} />
      <Resource {...named("sessions")} list={Sessions} icon={School} />
      <Resource {...named("bookings")} list={Bookings} icon={EventIcon} />
      <Resource {...named("payments")} list={Payments} show={Payment} icon={PaymentIcon} />
      <Resource {...named("refunds")} list={Refunds} icon={Undo} />
      <Resource {...named("disputes")} list={Disputes} icon={Gavel} />
      <Resource {...named("payouts")} list={Payouts} icon={Outbox} />
      <Resource {...named("manual")} list={Manual} icon={PanTool} />
      <Resource {...named("findings")} list={Findings} icon={BugReport} />
      <Resource {...named("stuck")} list={Stuck} icon={HourglassEmpty} />
      <Resource {...named("mail")} list={Mail} icon={MailOutline} />
      <Resource {...named("cases")} list={Cases} icon={Support} />
      <Resource {...named("audit")} list={Audit} icon={HistoryIcon} />
      <CustomRoutes>
        <Route path="/settings" element={<SettingsPage />} />
      </CustomRoutes>
    </Admin>
  );
}
