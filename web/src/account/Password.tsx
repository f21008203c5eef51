import { Alert, Anchor, Button, Card, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { ButtonLink } from "../pieces/links";
import { Page } from "../pieces/Page";
import { Empty, useSentence, Waiting } from "../pieces/states";
import { config } from "../start/config";
import { supabase } from "../start/client";
import { Refusal, refusalOf } from "../start/refusal";
import { useWho } from "../start/session";
import { useWords } from "../words";
import { tell } from "../pieces/tell";

export function ForgotPassword() {
  const { t } = useWords();
  const say = useSentence();
  const [email, setEmail] = useState("");
  const [isSent, setSent] = useState(false);
  const [isMailed, setMailed] = useState(false);
  const [refusal, setRefusal] = useState<Refusal>();
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setSent(true);
    const { error } = await supabase.auth.resetPasswordForEmail(email, {
      redirectTo: `${location.origin}/reset-password`,
    });
    setSent(false);
    if (error) return setRefusal(await refusalOf(error));
    setMailed(true);
  };
  return (
    <Page title={t("forgot.title")} lead={t("forgot.what")} size="xs">
      <Card>
        {isMailed ? (
          <Alert role="status" title={t("signUp.mailed")}>
            {t("forgot.sent", { email })}{" "}
            {config.mailbox && <Anchor href={config.mailbox}>{t("footer.mailbox")}</Anchor>}
          </Alert>
        ) : (
          <form onSubmit={(event) => void send(event)}>
            <Stack gap="md">
              {refusal && (
                <Alert color="red" role="alert">
                  {say(refusal)}
                </Alert>
              )}
              <TextInput
                label={t("signIn.email")}
                type="email"
                autoComplete="email"
                required
                value={email}
                onChange={(event) => setEmail(event.currentTarget.value)}
              />
              <Button type="submit" loading={isSent}>
                {t("forgot.send")}
              </Button>
            </Stack>
          </form>
        )}
      </Card>
    </Page>
  );
}

/** Where the link of the mail leads: its reader is signed in, and chooses a new password. */
export function ResetPassword() {
  const { t } = useWords();
  const { session, isKnown } = useWho();
  if (!isKnown) return <Waiting />;
  if (!session) {
    return (
      <Page title={t("reset.title")} size="xs">
        <Empty
          title={t("reset.old")}
          action={<ButtonLink to="/forgot-password">{t("reset.again")}</ButtonLink>}
        >
          {t("reset.oldWhat")}
        </Empty>
      </Page>
    );
  }
  return (
    <Page title={t("reset.title")} size="xs">
      <Card>
        <NewPassword />
      </Card>
    </Page>
  );
}

export function NewPassword({ stay = false }: { stay?: boolean }) {
  const { t } = useWords();
  const say = useSentence();
  const go = useNavigate();
  const [password, setPassword] = useState("");
  const [isSent, setSent] = useState(false);
  const [refusal, setRefusal] = useState<Refusal>();
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setSent(true);
    setRefusal(undefined);
    const { error } = await supabase.auth.updateUser({ password });
    setSent(false);
    if (error) return setRefusal(await refusalOf(error));
    setPassword("");
    void tell(t("reset.done"));
    if (!stay) await go({ to: "/" });
  };
  return (
    <form onSubmit={(event) => void save(event)}>
      <Stack gap="md">
        {refusal && (
          <Alert color="red" role="alert">
            {say(refusal)}
          </Alert>
        )}
        <PasswordInput
          label={t("reset.password")}
          description={t("signUp.password")}
          autoComplete="new-password"
          required
          minLength={12}
          value={password}
          visibilityToggleButtonProps={{ "aria-label": t("signIn.show") }}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" loading={isSent} style={{ alignSelf: "flex-start" }}>
          {t("reset.save")}
        </Button>
      </Stack>
    </form>
  );
}
