package dev.portcullis.audit;

import dev.portcullis.crypto.Digests;

/** A client id as logs name it: an address or another short id as it is, one that holds a whole registration by its digest. */
public final class ClientReference {
    private static final int LONGEST = 128;

    private ClientReference() {}

    public static String of(String clientId) {
        return clientId.startsWith("pcc_") || clientId.length() > LONGEST
                ? "sha256:" + Digests.sha256(clientId)
                : clientId;
    }
}
