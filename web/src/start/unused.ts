/**
 * What supabase-js brings and the marketplace does not have: channels and files. The build puts
 * this in their place, which makes the first page a tenth lighter.
 */
class Absent {
  setAuth() {
    return Promise.resolve();
  }
}

export class StorageApiError extends Error {}
export { Absent as RealtimeClient, Absent as StorageClient };
