import { Alert, Anchor, Button, Card, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { Navigate, getRouteApi } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { AnchorLink } from "../pieces/links";
import { Page } from "../pieces/Page";
import { useSentence } from "../pieces/states";
import { config } from "../start/config";
import { supabase } from "../start/client";
import { Refusal, refusalOf } from "../start/refusal";
import { useWho } from "../start/session";
import { hereZone } from "../start/times";
import { useWords } from "../words";
import { safeNext } from "./SignIn";

const route = getRouteApi("/sign-up");

export function SignUp() {
  const { t, language } = useWords();
  const { next } = route.useSearch();
  const { session } = useWho();
  const say = useSentence();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [isSent, setSent] = useState(false);
  const [isMailed, setMailed] = useState(false);
  const [refusal, setRefusal] = useState<Refusal>();

  if (session) return <Navigate to={safeNext(next)} replace />;
  const enter = async (event: FormEvent) => {
    event.preventDefault();
    setSent(true);
    setRefusal(undefined);
    const { data, error } = await supabase.auth.signUp({
      email,
      password,
      options: {
        emailRedirectTo: location.origin + safeNext(next),
        data: { display_name: name.trim(), locale: language, timezone: hereZone() },
      },
    });
    setSent(false);
    if (error) return setRefusal(await refusalOf(error));
    if (!data.session) setMailed(true);
  };
  if (isMailed) {
    return (
      <Page title={t("signUp.mailed")} size="xs">
        <Alert role="status" title={t("signUp.sent", { email })}>
          {t("signUp.open")}{" "}
          {config.mailbox && <Anchor href={config.mailbox}>{t("footer.mailbox")}</Anchor>}
        </Alert>
      </Page>
    );
  }
  return (
    <Page title={t("signUp.title")} size="xs">
      <Card>
        <form onSubmit={(event) => void enter(event)}>
          <Stack gap="md">
            {refusal && (
              <Alert color="red" role="alert">
                {say(refusal)}
              </Alert>
            )}
            <TextInput
              label={t("signUp.name")}
              description={t("signUp.nameFor")}
              autoComplete="name"
              required
              maxLength={120}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <TextInput
              label={t("signIn.email")}
              type="email"
              autoComplete="email"
              required
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
            <PasswordInput
              label={t("signIn.password")}
              description={t("signUp.password")}
              autoComplete="new-password"
              required
              minLength={12}
              value={password}
              visibilityToggleButtonProps={{ "aria-label": t("signIn.show") }}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
            <Button type="submit" loading={isSent}>
              {t("nav.signUp")}
            </Button>
          </Stack>
        </form>
      </Card>
      <Text ta="center">
        {t("signUp.known")}{" "}
        <AnchorLink to="/sign-in" search={{ next }}>
          {t("nav.signIn")}
        </AnchorLink>
      </Text>
    </Page>
  );
}
