import type { Session } from "@supabase/supabase-js";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useState } from "react";
import { supabase, type Row } from "./client";
import { must } from "./refusal";

export interface Who {
  session: Session | null;
  /** Whether the browser has been asked yet. */
  isKnown: boolean;
}

export const WhoContext = createContext<Who>({ session: null, isKnown: false });

/** Who is signed in, kept up to date across tabs by supabase-js. */
export function useSessionOfBrowser(): Who {
  const [who, setWho] = useState<Who>({ session: null, isKnown: false });
  const cache = useQueryClient();
  useEffect(() => {
    let person: string | null | undefined;
    const { data } = supabase.auth.onAuthStateChange((_, session) => {
      const now = session?.user.id ?? null;
      // What one person has read is not shown to the next. What is shown now is asked for again:
      // a query that were merely forgotten would be waited for without end.
      if (person !== undefined && person !== now) {
        cache.removeQueries({ type: "inactive" });
        void cache.resetQueries();
      }
      person = now;
      setWho({ session, isKnown: true });
    });
    return () => data.subscription.unsubscribe();
  }, [cache]);
  return who;
}

export const useWho = () => useContext(WhoContext);

export type Person = Row<"user_profiles", "first_name" | "last_name" | "avatar_url">;

/** The profile of who is signed in. */
export function useMe() {
  const id = useWho().session?.user.id;
  return useQuery({
    queryKey: ["me", id],
    enabled: Boolean(id),
    queryFn: async () =>
      (await must(supabase.from("user_profiles").select("*").eq("id", id!).single())) as Person,
  });
}
