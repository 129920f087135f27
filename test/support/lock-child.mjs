// Takes the lock of a data directory, tells its parent how that went, and stays until it is killed or its parent ends. Arguments: module URL, directory.
process.on('disconnect', () => process.exit());
process.channel.ref();
const [, , moduleUrl, directory] = process.argv;
const { DataDirectoryLock } = await import(moduleUrl);
try {
  DataDirectoryLock.acquire(directory);
  process.send('locked');
} catch (error) {
  process.send(error.message);
}
