/** The messages of idl/collaboration.proto as the loader hands them over; what the fields mean stands there. */

interface ClientEnvelope {
  readonly client_id: string;
  readonly document_id: string;
  readonly timestamp: number;
}

export type ClientMessage = ClientEnvelope &
  (
    | { readonly message_type: 'sync_request'; readonly sync_request: { readonly state_vector: Uint8Array } }
    | { readonly message_type: 'update'; readonly update: { readonly update_data: Uint8Array } }
    | { readonly message_type: 'awareness'; readonly awareness: AwarenessUpdate }
    | { readonly message_type: 'join_document'; readonly join_document: JoinDocument }
    | { readonly message_type: 'leave_document' }
    | { readonly message_type: 'heartbeat' }
    | { readonly message_type?: undefined }
  );

/** Bytes that are no `ClientMessage`. */
export interface Undecodable {
  readonly message_type: 'undecodable';
}

interface AwarenessUpdate {
  readonly client_id: string;
  readonly user_info: string;
  readonly awareness_state: string;
  readonly timestamp: number;
}

export interface JoinDocument {
  readonly user_id: string;
  readonly user_name: string;
  readonly user_color: string;
  readonly user_metadata: Readonly<Record<string, string>>;
}

interface UpdateMessage {
  /** Absent in an acknowledgement. */
  readonly update_data?: Uint8Array;
  readonly origin_client_id: string;
  readonly sequence_number: number;
}

export interface ActiveUser extends JoinDocument {
  readonly client_id: string;
  readonly last_seen: number;
}

export interface DocumentStateMessage {
  readonly state_vector: Uint8Array;
  readonly document_data: Uint8Array;
  readonly active_users: readonly ActiveUser[];
  readonly last_modified: number;
  readonly quarantine: string | undefined;
}

export type ServerMessage = { readonly document_id: string; readonly timestamp: number } & (
  | { readonly sync_response: { readonly update_data: Uint8Array } }
  | { readonly update: UpdateMessage }
  | { readonly awareness: AwarenessUpdate }
  | { readonly user_joined: JoinDocument & { readonly client_id: string } }
  | { readonly user_left: { readonly user_id: string; readonly client_id: string } }
  | {
      readonly error: {
        readonly error_code: number;
        readonly error_message: string;
        readonly error_type: string;
      };
    }
  | { readonly document_state: DocumentStateMessage }
);

export interface DocumentStateRequest {
  readonly document_id: string;
  readonly client_id: string;
}

export interface DocumentStateResponse {
  readonly document_state: DocumentStateMessage;
}

export interface ActiveUsersRequest {
  readonly document_id: string;
}

export interface ActiveUsersResponse {
  readonly active_users: readonly ActiveUser[];
}
