import { useMutation, useQueryClient } from "@tanstack/react-query";
import { refusalOf } from "../start/refusal";
import { useSentence } from "./states";
import { tell } from "./tell";

interface Options<A, R> {
  /** What the answer makes old. */
  changes?: unknown[][];
  /** Said when it is done. */
  done?: string;
  then?: (answer: R, asked: A) => unknown;
}

/** Do something, say that it is done or why not, and read again what it changed. */
export function useAct<R, A = void>(what: (asked: A) => Promise<R>, options: Options<A, R> = {}) {
  const cache = useQueryClient();
  const say = useSentence();
  return useMutation({
    mutationFn: what,
    onSuccess: async (answer, asked) => {
      await Promise.all(
        (options.changes ?? []).map((queryKey) => cache.invalidateQueries({ queryKey })),
      );
      if (options.done) void tell(options.done);
      await options.then?.(answer, asked);
    },
    onError: async (error) => {
      void tell(say(await refusalOf(error)), "problem");
    },
  });
}
