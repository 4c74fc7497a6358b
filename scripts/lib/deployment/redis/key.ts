/** Where the count is kept in Redis. */
export const KEY = "counter:value";
