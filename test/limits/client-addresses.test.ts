import { BlockList } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ClientAddresses } from '../../src/adapters/shared/client-addresses.ts';

const proxies = new BlockList();
proxies.addSubnet('10.0.0.0', 8);
proxies.addAddress('2001:db8:ffff::1', 'ipv6');
const addresses = new ClientAddresses(proxies);
const nobody = new ClientAddresses(new BlockList());

describe('the address that counts', () => {
  it('[LIM8] is the peer, whatever it says of others, unless it is a trusted proxy', () => {
    expect(addresses.clientOf('203.0.113.7', '198.51.100.1')).toBe('203.0.113.7');
    expect(nobody.clientOf('10.0.0.1', '198.51.100.1')).toBe('10.0.0.1');
    expect(addresses.clientOf('10.0.0.1', '198.51.100.1')).toBe('198.51.100.1');
    expect(addresses.clientOf('2001:db8:ffff::1', '198.51.100.1')).toBe('198.51.100.1');
  });

  it('[LIM8] is the rightmost that no trusted proxy has', () => {
    expect(addresses.clientOf('10.0.0.1', '1.1.1.1, 198.51.100.1, 10.2.3.4')).toBe('198.51.100.1');
    expect(addresses.clientOf('10.0.0.1', '1.1.1.1,198.51.100.1')).toBe('198.51.100.1');
    expect(addresses.clientOf('10.0.0.1', ['1.1.1.1', '198.51.100.1'])).toBe('198.51.100.1');
    expect(addresses.clientOf('10.0.0.1', '10.0.0.3, 10.0.0.2')).toBe('10.0.0.3');
  });

  it('[LIM8] stops at what is no address', () => {
    expect(addresses.clientOf('10.0.0.1', '1.1.1.1, unknown, 10.0.0.2')).toBe('10.0.0.2');
    expect(addresses.clientOf('10.0.0.1', '')).toBe('10.0.0.1');
    expect(addresses.clientOf(undefined, '1.1.1.1')).toBeUndefined();
  });

  it('[LIM8] may be written with a port, in brackets, or as IPv4 within IPv6', () => {
    expect(addresses.clientOf('10.0.0.1', '198.51.100.1:4711')).toBe('198.51.100.1');
    expect(addresses.clientOf('10.0.0.1', '[2001:db8::1]:4711')).toBe('2001:db8::1');
    expect(addresses.clientOf('::ffff:10.0.0.1', '::ffff:198.51.100.1')).toBe('198.51.100.1');
    expect(addresses.clientOf('fe80::1%eth0', undefined)).toBe('fe80::1');
    expect(addresses.clientOf('[::1]', undefined)).toBe('::1');
  });

  it('[LIM8] of IPv6 only the first 64 bits count', () => {
    const same = ['2001:db8:1:2::1', '2001:0db8:0001:0002:ffff:ffff:ffff:ffff', '2001:db8:1:2:0:0:1.2.3.4'];
    for (const each of same) expect(addresses.keyOf(each, undefined)).toBe('2001:db8:1:2::/64');
    expect(addresses.keyOf('2001:db8:1:3::1', undefined)).toBe('2001:db8:1:3::/64');
    expect(addresses.keyOf('::1', undefined)).toBe('0:0:0:0::/64');
    expect(addresses.keyOf('2001:db8::', undefined)).toBe('2001:db8:0:0::/64');
    expect(addresses.keyOf('64:ff9b::1.2.3.4', undefined)).toBe('64:ff9b:0:0::/64');
  });

  it('[LIM8] a trusted proxy that names nobody is not limited', () => {
    expect(addresses.keyOf('10.0.0.1', undefined)).toBeUndefined();
    expect(addresses.keyOf('10.0.0.1', '10.0.0.2')).toBeUndefined();
    expect(addresses.keyOf('198.51.100.1', undefined)).toBe('198.51.100.1');
  });
});
