import {
  Alert,
  Button,
  Card,
  CardContent,
  MenuItem,
  Stack,
  TextField,
  Typography,
} from "@mui/material";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Title, useNotify } from "react-admin";
import { Show, useSentence } from "../pieces/states";
import { api } from "../start/client";
import { must, refusalOf } from "../start/refusal";
import { useWords } from "../words";

type Settings = Record<string, unknown>;

/** Of a business: what staff may change, and between which words they choose. */
const fields: [string, "number" | "text" | string[]][] = [
  ["name", "text"],
  ["support_email", "text"],
  ["commission_bp", "number"],
  ["booking_mode", ["instant", "request"]],
  ["hold_min", "number"],
  ["accept_within_min", "number"],
  ["cancel_grace_min", "number"],
  ["correct_within_min", "number"],
  ["review_window_days", "number"],
  ["clearing_days", "number"],
  ["payout_schedule", ["hourly", "daily", "weekly", "monthly", "manual"]],
  ["slot_horizon_days", "number"],
  ["referral_reward_minor", "number"],
];

export function SettingsPage() {
  const { t } = useWords("office");
  const settings = useQuery({
    queryKey: ["office", "settings"],
    queryFn: async () => (await must(api.rpc("marketplace_settings"))) as unknown as Settings,
  });
  return (
    <Card sx={{ mt: 2, maxWidth: 640 }}>
      <Title title={t("settings.title")} />
      <CardContent>
        <Show of={settings}>{(found) => <Form of={found} />}</Show>
      </CardContent>
    </Card>
  );
}

function Form({ of }: { of: Settings }) {
  const { t } = useWords("office");
  const [row, setRow] = useState(of);
  const [problem, setProblem] = useState<string>();
  const notify = useNotify();
  const cache = useQueryClient();
  const say = useSentence();
  const changed = Object.fromEntries(
    Object.entries(row).filter(([name, value]) => value !== of[name]),
  );
  const save = async () => {
    setProblem(undefined);
    try {
      await must(api.rpc("set_marketplace", { p_settings: changed as never }));
      await cache.invalidateQueries({ queryKey: ["office", "settings"] });
      notify(t("act.done"), { type: "success" });
    } catch (error) {
      setProblem(say(await refusalOf(error)));
    }
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Stack spacing={2}>
        <Typography variant="body2">{t("settings.what")}</Typography>
        {problem && <Alert severity="error">{problem}</Alert>}
        {fields
          .filter(([name]) => name in of)
          .map(([name, kind]) => (
            <TextField
              key={name}
              label={t(`settings.${name}`)}
              select={Array.isArray(kind)}
              type={kind === "number" ? "number" : "text"}
              value={row[name] ?? ""}
              onChange={({ target: { value } }) =>
                setRow({ ...row, [name]: kind === "number" ? Number(value) : value || null })
              }
            >
              {Array.isArray(kind)
                ? [...new Set([...kind, String(of[name])])].map((word) => (
                    <MenuItem key={word} value={word}>
                      {word}
                    </MenuItem>
                  ))
                : undefined}
            </TextField>
          ))}
        <Button
          type="submit"
          variant="contained"
          disabled={Object.keys(changed).length === 0}
          sx={{ alignSelf: "flex-start" }}
        >
          {t("settings.save")}
        </Button>
      </Stack>
    </form>
  );
}
