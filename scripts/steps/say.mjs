/** Says which step begins. */
export function step(title) {
  console.log(`\n▸ ${title}`);
}

/** Ends the process with a sentence that says what to do. */
export function fail(message) {
  console.error(`\n✗ ${message}`);
  process.exit(1);
}
