import { Alert, Button, Code, List, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { config } from "../start/config";
import { useWords } from "../words";
import type { Payable } from "./Card";

/** On a machine of one's own a stand-in plays Stripe: its page takes test cards. */
export function StandIn({ payable, back }: { payable: Payable; back: string }) {
  const { t } = useWords();
  const [isLeaving, setLeaving] = useState(false);
  const secret = payable.client_secret!;
  const page = new URL(`/_double/pay/${secret.split("_secret_")[0]}`, config.standIn);
  page.searchParams.set("client_secret", secret);
  page.searchParams.set("return_url", new URL(back, location.origin).href);
  const declined = new URLSearchParams(location.search).get("redirect_status") === "failed";
  return (
    <Stack gap="md">
      {declined && (
        <Alert color="red" role="alert" title={t("pay.declined")}>
          {t("pay.declinedDo")}
        </Alert>
      )}
      <Button
        component="a"
        href={page.href}
        size="md"
        loading={isLeaving}
        onClick={() => setLeaving(true)}
      >
        {t("pay.card")}
      </Button>
      <Text size="sm" c="dimmed">
        {t("pay.standIn")}
      </Text>
      <List size="sm" c="dimmed">
        <List.Item>
          <Code>4242 4242 4242 4242</Code> {t("pay.good")}
        </List.Item>
        <List.Item>
          <Code>4000 0000 0000 0002</Code> {t("pay.bad")}
        </List.Item>
        <List.Item>
          <Code>4000 0027 6000 3184</Code> {t("pay.proof")}
        </List.Item>
      </List>
    </Stack>
  );
}
