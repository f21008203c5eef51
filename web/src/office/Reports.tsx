import { Card, CardContent, Grid, Typography } from "@mui/material";
import { useQuery } from "@tanstack/react-query";
import { Title } from "react-admin";
import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { Show } from "../pieces/states";
import { api, supabase, type Answer } from "../start/client";
import { digitsOf, money } from "../start/money";
import { must } from "../start/refusal";
import { useWords } from "../words";
import { byMonth } from "./months";

type Payment = Answer<"list_payments">;

/** What the business does: money by month, and bookings by their state. */
export function Reports() {
  const { t } = useWords("office");
  const payments = useQuery({
    queryKey: ["office", "payments"],
    queryFn: () => must(api.rpc("list_payments", { p_limit: 500 })),
  });
  return (
    <>
      <Title title={t("reports.title")} />
      <Grid container spacing={2} sx={{ mt: 1 }}>
        <Grid size={{ xs: 12 }}>
          <Counts />
        </Grid>
        <Grid size={{ xs: 12 }}>
          <Show of={payments}>{(list) => <Money of={list} />}</Show>
        </Grid>
      </Grid>
    </>
  );
}

function Counts() {
  const { t } = useWords("office");
  const states = ["confirmed", "completed", "requested", "cancelled"] as const;
  const counts = useQuery({
    queryKey: ["office", "counts"],
    queryFn: () =>
      Promise.all(
        states.map(async (state) => {
          const { count } = await supabase
            .from("bookings")
            .select("id", { count: "exact", head: true })
            .eq("core_status", state)
            .throwOnError();
          return [state, count ?? 0] as const;
        }),
      ),
  });
  return (
    <Show of={counts} rows={1}>
      {(list) => (
        <Grid container spacing={2}>
          {list.map(([state, count]) => (
            <Grid key={state} size={{ xs: 6, md: 3 }}>
              <Card variant="outlined">
                <CardContent>
                  <Typography variant="body2">{t(`reports.${state}`)}</Typography>
                  <Typography variant="h4" component="p">
                    {count}
                  </Typography>
                </CardContent>
              </Card>
            </Grid>
          ))}
        </Grid>
      )}
    </Show>
  );
}

function Money({ of }: { of: Payment[] }) {
  const { t, locale } = useWords("office");
  const currencies = [...new Set(of.map((one) => one.currency))];
  return currencies.map((currency) => {
    const months = byMonth(
      of.filter((one) => one.currency === currency),
      locale,
    );
    const whole = (minor: number) => minor / 10 ** digitsOf(currency);
    const total = months.reduce((sum, one) => sum + one.captured - one.returned, 0);
    return (
      <Card key={currency} variant="outlined" sx={{ mb: 2 }}>
        <CardContent>
          <Typography variant="h6" component="h2">
            {t("reports.money", { currency })}
          </Typography>
          <Typography variant="body2" sx={{ mb: 2 }}>
            {t("reports.sum", { amount: money(total, currency, locale) })}
          </Typography>
          <div role="img" aria-label={t("reports.chart", { currency })}>
            <ResponsiveContainer width="100%" height={280}>
              <BarChart data={months} accessibilityLayer={false} maxBarSize={48}>
                <CartesianGrid strokeDasharray="3 3" vertical={false} />
                <XAxis dataKey="month" />
                <YAxis
                  tickFormatter={(minor: number) => whole(minor).toLocaleString(locale)}
                  width={70}
                />
                <Tooltip formatter={(minor) => money(Number(minor), currency, locale)} />
                <Bar dataKey="captured" name={t("payments.paid")} fill="#0f6b5c" />
                <Bar dataKey="returned" name={t("payments.refunded")} fill="#c2620a" />
              </BarChart>
            </ResponsiveContainer>
          </div>
        </CardContent>
      </Card>
    );
  });
}
