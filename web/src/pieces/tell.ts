/** Say something in a corner of the page. What says it is fetched when there is something to say. */
export async function tell(message: string, kind: "done" | "problem" = "done") {
  const { notifications } = await import("@mantine/notifications");
  notifications.show(
    kind === "done" ? { message, color: "brand" } : { message, color: "red", autoClose: 9_000 },
  );
}
