import type { OpenDoor } from './door.ts';
import { openGrpc } from './grpc-door.ts';
import { openHocuspocus } from './hocuspocus-door.ts';
import { openJson } from './json-door.ts';
import { openYWebsocket } from './y-websocket-door.ts';

export const DOOR_NAMES = ['y-websocket', 'Hocuspocus', 'JSON', 'gRPC'] as const;

export type DoorName = (typeof DOOR_NAMES)[number];

/** Every door that updates go through. */
export const DOORS: Readonly<Record<DoorName, OpenDoor>> = {
  'y-websocket': openYWebsocket,
  Hocuspocus: openHocuspocus,
  JSON: openJson,
  gRPC: openGrpc,
};
