const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

/** A booking that can be made: no other client asks for this resource. */
export const wanted = (resource_id: string) => ({
  user_id: "alice",
  resource_id: `client-of-${resource_id}`,
  start_time: inDays(7),
  end_time: inDays(8),
});

/** Names no booking. */
export const absent = "00000000-0000-4000-8000-000000000000";
