/** The messages of idl/collaboration.proto that the provider sends and reads, as @grpc/proto-loader spells them. */

export type ClientMessage = {
  readonly client_id: string;
  readonly document_id: string;
  readonly timestamp: number;
} & (
  | {
      readonly join_document: {
        readonly user_id: string;
        readonly user_name: string;
        readonly user_color: string;
        readonly user_metadata: Readonly<Record<string, string>>;
      };
    }
  | { readonly update: { readonly update_data: Uint8Array } }
  | { readonly awareness: AwarenessUpdate }
  | { readonly heartbeat: { readonly timestamp: number } }
  | { readonly leave_document: { readonly user_id: string } }
);

export interface AwarenessUpdate {
  readonly client_id: string;
  /** JSON */
  readonly user_info: string;
  /** JSON; `null` where the client shows nothing any more. */
  readonly awareness_state: string;
}

export interface ErrorMessage {
  readonly error_code: number;
  readonly error_message: string;
}

export type ServerMessage =
  | {
      readonly message_type: 'document_state';
      readonly document_state: { readonly state_vector: Uint8Array; readonly document_data: Uint8Array };
    }
  | {
      readonly message_type: 'update';
      readonly update: { readonly update_data: Uint8Array; readonly origin_client_id: string };
    }
  | { readonly message_type: 'awareness'; readonly awareness: AwarenessUpdate }
  | { readonly message_type: 'error'; readonly error: ErrorMessage }
  | { readonly message_type: 'user_joined' | 'user_left' | 'sync_response' }
  | { readonly message_type?: undefined };
