import { describe, expect, it, vi } from 'vitest';
import { atEnd } from '../support/clean-up.ts';
import { startFerretDb } from './ferretdb.ts';
import { isMissing } from './programs.ts';

describe('a program that is not on the PATH', () => {
  const withoutPrograms = (ci: string) => {
    vi.stubEnv('PATH', '');
    vi.stubEnv('CI', ci);
    const log = vi.spyOn(console, 'log').mockReturnValue(undefined);
    atEnd(() => vi.unstubAllEnvs());
    atEnd(() => log.mockRestore());
    return log;
  };

  it('[KIT6] has its tests skipped, in one line that says so', () => {
    const log = withoutPrograms('');
    expect(isMissing('ferretdb')).toBe(true);
    expect(log.mock.calls).toEqual([['Tests with ferretdb are skipped: ferretdb not on the PATH']]);
  });

  it('[KIT6] fails them with CI=true', async () => {
    const log = withoutPrograms('true');
    expect(isMissing('ferretdb')).toBe(false);
    expect(log).not.toHaveBeenCalled();
    await expect(startFerretDb()).rejects.toThrow('ferretdb is not on the PATH');
  });
});
