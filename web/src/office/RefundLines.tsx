import {
  Button,
  Stack,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableRow,
  TextField,
} from "@mui/material";
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useNotify, useRecordContext, useRefresh } from "react-admin";
import { useSentence } from "../pieces/states";
import { api } from "../start/client";
import { minorOf, money } from "../start/money";
import { must, refusalOf } from "../start/refusal";
import { useWords } from "../words";

/** The lines of a payment's order, and how much of each is to go back. */
export function RefundLines({ label }: { label: string }) {
  const { t, locale } = useWords("office");
  const payment = useRecordContext();
  const [typed, setTyped] = useState<Record<string, string>>({});
  const [reason, setReason] = useState("");
  const [isSent, setSent] = useState(false);
  // A second click is the same refund.
  const key = useRef(crypto.randomUUID());
  const notify = useNotify();
  const refresh = useRefresh();
  const say = useSentence();
  const lines = useQuery({
    queryKey: ["office", "lines", payment?.order_id, payment?.refunding_minor],
    enabled: Boolean(payment?.order_id),
    queryFn: () => must(api.rpc("list_order_lines", { p_order_id: String(payment!.order_id) })),
  });
  if (!payment || !lines.data) return null;
  const wanted = lines.data
    .map((line) => ({
      order_line_id: line.order_line_id,
      amount_minor: minorOf(typed[line.order_line_id] ?? "", line.currency),
    }))
    .filter((line) => line.amount_minor);
  const sum = wanted.reduce((total, line) => total + line.amount_minor!, 0);
  const refund = async () => {
    setSent(true);
    try {
      await must(
        api.rpc("refund_payment", {
          p_payment_id: String(payment.id),
          p_amount_minor: sum,
          p_reason: reason.trim() || undefined,
          p_idempotency_key: key.current,
          p_lines: wanted,
        }),
      );
      notify(t("refund.done"), { type: "success" });
      setTyped({});
      key.current = crypto.randomUUID();
      refresh();
      void lines.refetch();
    } catch (error) {
      notify(say(await refusalOf(error)), { type: "error" });
    } finally {
      setSent(false);
    }
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!isSent) void refund();
      }}
    >
      <Table size="small" aria-label={label}>
        <TableHead>
          <TableRow>
            <TableCell>{t("refund.line")}</TableCell>
            <TableCell>{t("refund.seller")}</TableCell>
            <TableCell align="right">{t("amount")}</TableCell>
            <TableCell align="right">{t("payments.refunded")}</TableCell>
            <TableCell>{t("refund.back")}</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {lines.data.map((line) => (
            <TableRow key={line.order_line_id}>
              <TableCell>{line.title}</TableCell>
              <TableCell>{line.provider_name ?? t("refund.house")}</TableCell>
              <TableCell align="right">{money(line.total_minor, line.currency, locale)}</TableCell>
              <TableCell align="right">
                {money(line.refunded_minor, line.currency, locale)}
              </TableCell>
              <TableCell>
                <TextField
                  size="small"
                  label={t("refund.amount", { currency: line.currency })}
                  disabled={line.refunded_minor >= line.total_minor}
                  value={typed[line.order_line_id] ?? ""}
                  onChange={(event) =>
                    setTyped({ ...typed, [line.order_line_id]: event.target.value })
                  }
                />
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
      <Stack direction="row" spacing={2} sx={{ mt: 2, alignItems: "center" }}>
        <TextField
          size="small"
          label={t("reason")}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
        <Button type="submit" variant="contained" disabled={sum === 0 || isSent}>
          {t("refund.send", { amount: money(sum, String(payment.currency), locale) })}
        </Button>
      </Stack>
    </form>
  );
}
