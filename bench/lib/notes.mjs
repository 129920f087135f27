/**
 * Why memory rows have two figures. Said in the report, as it decides what is compared.
 */
export const MEMORY_NOTE =
  'Compared is anonymous memory (RssAnon of /proc/<pid>/status), for all servers alike: what a process holds and nobody ' +
  'can take back. The resident size (VmRSS) also counts the pages of mapped files, such as those of a memory-mapped ' +
  'store. Clean, they belong to the page cache and go when somebody needs the room, as does what SQLite reads from its ' +
  'file, which no process is charged for.';
