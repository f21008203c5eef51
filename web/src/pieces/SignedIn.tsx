import { Navigate, useRouter } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { useWho } from "../start/session";
import { Waiting } from "./states";

/** For who is signed in; others sign in first and come back. */
export function SignedIn({ children }: { children: ReactNode }) {
  const { session, isKnown } = useWho();
  const router = useRouter();
  // Where the reader was when they came here: the address changes before this page is left.
  const [here] = useState(() => router.state.location.href);
  if (!isKnown) return <Waiting />;
  if (!session) return <Navigate to="/sign-in" search={{ next: here }} replace />;
  return <>{children}</>;
}
