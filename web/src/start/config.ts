/** Where the pages find the marketplace. Read when they start, so one build serves every house. */
export interface Config {
  /** The API; the pages' own address if absent. */
  url: string;
  anonKey: string;
  /** The stand-in for Stripe, where one plays it: its page to pay on is there. */
  standIn?: string;
  /** The lens whose theme and words the pages take; tutoring if absent. */
  lens?: string;
  /** Where mail arrives on a machine of one's own. */
  mailbox?: string;
}

interface Written {
  url?: string;
  anon_key: string;
  stripe_stand_in?: string;
  mailbox?: string;
  lens?: string;
}

async function read(): Promise<Config> {
  const answer = await fetch("/config.json", { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`/config.json answered ${answer.status}`);
  const written = (await answer.json()) as Written;
  return {
    url: written.url ?? location.origin,
    anonKey: written.anon_key,
    standIn: written.stripe_stand_in,
    mailbox: written.mailbox,
    lens: written.lens,
  };
}

export const config: Config = await read();
