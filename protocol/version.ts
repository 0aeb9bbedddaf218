/** Version of the wire protocol; raised when a message changes in a way an older peer cannot read. */
export const PROTOCOL_VERSION = 1;

/** Version of Pinata itself; `npm run check` compares it with package.json. */
export const PRODUCT_VERSION = '0.1.0';
