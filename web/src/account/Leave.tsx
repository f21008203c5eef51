import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useAct } from "../pieces/act";
import { api, supabase } from "../start/client";
import { must } from "../start/refusal";
import { useWords } from "../words";

/** A copy of one's data, and erasing oneself. */
export function Leave() {
  const { t } = useWords();
  const go = useNavigate();
  const [isOpen, dialog] = useDisclosure(false);
  const [typed, setTyped] = useState("");
  const copy = useAct(() => must(api.rpc("export_my_data")), {
    then: (data) => {
      const link = document.createElement("a");
      const text = JSON.stringify(data, null, 2);
      link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
      link.download = "convene.json";
      link.click();
      URL.revokeObjectURL(link.href);
    },
  });
  const erase = useAct(() => must(api.rpc("erase_me")), {
    then: async () => {
      await supabase.auth.signOut({ scope: "local" });
      await go({ to: "/" });
    },
  });
  const word = t("leave.word");
  return (
    <Group>
      <Button variant="default" loading={copy.isPending} onClick={() => copy.mutate()}>
        {t("leave.copy")}
      </Button>
      <Button variant="default" c="var(--mantine-color-error)" onClick={dialog.open}>
        {t("leave.erase")}
      </Button>
      <Modal opened={isOpen} onClose={dialog.close} title={t("leave.erase")} centered>
        <Stack gap="md">
          <Text>{t("leave.what")}</Text>
          <TextInput
            label={t("leave.type", { word })}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={dialog.close}>
              {t("leave.stay")}
            </Button>
            <Button
              color="red"
              disabled={typed !== word}
              loading={erase.isPending}
              onClick={() => erase.mutate()}
            >
              {t("leave.confirm")}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Group>
  );
}
