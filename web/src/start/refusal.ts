import { FunctionsHttpError } from "@supabase/supabase-js";

/** A refusal of the marketplace: a stable word, a sentence, and what to do. */
export class Refusal extends Error {
  constructor(
    readonly word: string,
    readonly sentence: string,
    readonly status?: number,
  ) {
    super(word);
  }
}

interface Body {
  message?: string;
  msg?: string;
  details?: string | null;
  hint?: string | null;
  code?: string;
}

const sentenceOf = (body: Body) =>
  [body.details, body.hint].filter(Boolean).join(" ") || body.msg || body.message || "";

/** What an API call failed with, in one form. */
export async function refusalOf(error: unknown): Promise<Refusal> {
  if (error instanceof Refusal) return error;
  if (error instanceof FunctionsHttpError) {
    const answer = error.context as Response;
    const body: Body = await answer.json().catch(() => ({}));
    return new Refusal(body.message ?? "unknown", sentenceOf(body), answer.status);
  }
  const body = error as Body & { status?: number; name?: string };
  const text = body.message ?? "";
  if (error instanceof TypeError || /fetch|network/i.test(text)) {
    return new Refusal("connection_lost", "");
  }
  // The login speaks GoTrue's dialect, in which the word is the code.
  const isLogin = body.name?.startsWith("Auth");
  return new Refusal(isLogin ? (body.code ?? text) : text, sentenceOf(body), body.status);
}

/** The data of a call, or its refusal thrown: without a refusal there is data. */
export async function must<T>(
  call: PromiseLike<{ data: T; error: unknown }>,
): Promise<Exclude<T, null>> {
  const { data, error } = await call;
  if (error) throw await refusalOf(error);
  return data as Exclude<T, null>;
}
