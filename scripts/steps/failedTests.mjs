// The failed tests of a vitest JSON report, a few lines each: file, name, the start of the message.
import { stripVTControlCharacters } from 'node:util';

const firstLines = (message) => stripVTControlCharacters(message).split('\n').slice(0, 6).join('\n    ');

export const failedTests = (files) =>
  files.flatMap(({ name, message, assertionResults }) => {
    const failed = assertionResults.filter(({ status }) => status === 'failed');
    if (failed.length > 0) {
      return failed.map((test) => `${name} > ${test.fullName}\n    ${firstLines(test.failureMessages.join('\n'))}`);
    }
    return message ? [`${name}\n    ${firstLines(message)}`] : [];
  });
