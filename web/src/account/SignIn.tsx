import {
  Alert,
  Anchor,
  Button,
  Card,
  Group,
  PasswordInput,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { Navigate, getRouteApi, useRouter } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { AnchorLink } from "../pieces/links";
import { Page } from "../pieces/Page";
import { useSentence } from "../pieces/states";
import { supabase } from "../start/client";
import { Refusal, refusalOf } from "../start/refusal";
import { useWho } from "../start/session";
import { useWords } from "../words";

const route = getRouteApi("/sign-in");

/** Only a path of these pages: a link must not lead elsewhere after a sign-in. */
export const safeNext = (next?: string) =>
  next?.startsWith("/") && !next.startsWith("//") && !next.startsWith("/\\") ? next : "/";

export function SignIn() {
  const { t } = useWords();
  const { next } = route.useSearch();
  const { session } = useWho();
  const router = useRouter();
  const say = useSentence();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [isSent, setSent] = useState(false);
  const [refusal, setRefusal] = useState<Refusal>();
  const [isMailed, setMailed] = useState(false);

  if (session) return <Navigate to={safeNext(next)} replace />;
  const enter = async (event: FormEvent) => {
    event.preventDefault();
    setSent(true);
    setRefusal(undefined);
    const { error } = await supabase.auth.signInWithPassword({ email, password });
    setSent(false);
    if (error) return setRefusal(await refusalOf(error));
    router.history.push(safeNext(next));
  };
  const mail = async () => {
    const { error } = await supabase.auth.signInWithOtp({
      email,
      options: { shouldCreateUser: false, emailRedirectTo: location.origin + safeNext(next) },
    });
    if (error) return setRefusal(await refusalOf(error));
    setRefusal(undefined);
    setMailed(true);
  };
  return (
    <Page title={t("signIn.title")} size="xs">
      <Card>
        <form onSubmit={(event) => void enter(event)}>
          <Stack gap="md">
            {refusal && (
              <Alert color="red" role="alert">
                {say(refusal)}
              </Alert>
            )}
            {isMailed && <Alert role="status">{t("signIn.mailed", { email })}</Alert>}
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
              autoComplete="current-password"
              required
              value={password}
              visibilityToggleButtonProps={{ "aria-label": t("signIn.show") }}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
            <Button type="submit" loading={isSent}>
              {t("nav.signIn")}
            </Button>
            <Group justify="space-between">
              <AnchorLink to="/forgot-password" size="sm">
                {t("signIn.forgot")}
              </AnchorLink>
              <Anchor
                component="button"
                type="button"
                size="sm"
                disabled={!email}
                onClick={() => void mail()}
              >
                {t("signIn.mail")}
              </Anchor>
            </Group>
          </Stack>
        </form>
      </Card>
      <Text ta="center">
        {t("signIn.new")}{" "}
        <AnchorLink to="/sign-up" search={{ next }}>
          {t("nav.signUp")}
        </AnchorLink>
      </Text>
    </Page>
  );
}
