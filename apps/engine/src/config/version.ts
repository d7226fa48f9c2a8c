/** What this is called by status and backups. */
export const version = "0.1.0";
