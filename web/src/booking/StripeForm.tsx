import { Alert, Button, Stack, useComputedColorScheme } from "@mantine/core";
import { Elements, PaymentElement, useElements, useStripe } from "@stripe/react-stripe-js";
import { loadStripe } from "@stripe/stripe-js";
import { useMemo, useState, type FormEvent } from "react";
import { useWords } from "../words";
import type { Payable } from "./Card";

interface Props {
  payable: Payable;
  /** The page that waits for the money. */
  back: string;
}

/** Stripe's Payment Element: card data goes to Stripe and never to us. */
export default function StripeForm({ payable, back }: Props) {
  const { language } = useWords();
  const scheme = useComputedColorScheme();
  const stripe = useMemo(() => loadStripe(payable.publishable_key!), [payable.publishable_key]);
  return (
    <Elements
      stripe={stripe}
      options={{
        clientSecret: payable.client_secret!,
        locale: language,
        appearance: { theme: scheme === "dark" ? "night" : "stripe" },
      }}
    >
      <Form back={back} />
    </Elements>
  );
}

function Form({ back }: { back: string }) {
  const { t } = useWords();
  const stripe = useStripe();
  const elements = useElements();
  const [isSent, setSent] = useState(false);
  const [problem, setProblem] = useState<string>();
  const pay = async (event: FormEvent) => {
    event.preventDefault();
    if (!stripe || !elements || isSent) return;
    setSent(true);
    setProblem(undefined);
    const { error } = await stripe.confirmPayment({
      elements,
      confirmParams: { return_url: new URL(back, location.origin).href },
      redirect: "if_required",
    });
    // Paid: the page around this one sees it and moves on.
    if (error) {
      setProblem(error.message ?? t("pay.declined"));
      setSent(false);
    }
  };
  return (
    <form onSubmit={(event) => void pay(event)}>
      <Stack gap="md">
        <PaymentElement />
        {problem && (
          <Alert color="red" role="alert" title={t("pay.declined")}>
            {problem}
          </Alert>
        )}
        <Button type="submit" size="md" loading={isSent} disabled={!stripe}>
          {t("pay.now")}
        </Button>
      </Stack>
    </form>
  );
}
