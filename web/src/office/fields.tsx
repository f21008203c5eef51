import { Chip } from "@mui/material";
import { DateField, useRecordContext } from "react-admin";
import { money } from "../start/money";
import { useWords } from "../words";

interface Named {
  source: string;
  label?: string;
  sortable?: boolean;
}

/** Minor units in the currency of their row. */
export function MoneyField({ source }: Named) {
  const { locale } = useWords();
  const row = useRecordContext();
  const minor = row?.[source];
  if (minor === null || minor === undefined) return null;
  return <span>{money(Number(minor), String(row!.currency), locale)}</span>;
}

export const MomentField = (named: Named) => <DateField {...named} showTime emptyText="–" />;

const colours: Record<string, "success" | "error" | "warning" | "default"> = {
  paid: "success",
  captured: "success",
  confirmed: "success",
  verified: "success",
  resolved: "success",
  failed: "error",
  rejected: "error",
  lost: "error",
  disputed: "error",
  pending: "warning",
  requested: "warning",
  open: "warning",
  needs_response: "error",
};

/** A state, by the word of the API. */
export function StateField({ source }: Named) {
  const row = useRecordContext();
  const word = row?.[source];
  if (!word) return null;
  return (
    <Chip
      size="small"
      variant="outlined"
      color={colours[String(word)] ?? "default"}
      label={String(word).replaceAll("_", " ")}
      sx={{ color: "text.primary" }}
    />
  );
}
