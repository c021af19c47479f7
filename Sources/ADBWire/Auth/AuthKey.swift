// SPDX-License-Identifier: Apache-2.0

public import Base
import COpenSSL

/// The numbers of an `AUTH` packet's first argument, and the size of what is signed.
public enum AuthToken {
    /// Bytes of a token.
    public static let size = 20

    static let token: UInt32 = 1
    static let signature: UInt32 = 2
    static let publicKey: UInt32 = 3

    /// A token that nobody can foresee.
    public static func random() -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }
}

/// A computer's private key: RSA of 2048 bits, as adb keeps it in `~/.android/adbkey`.
public final class AuthKey: Sendable {
    /// libcrypto's key. It is never changed, and libcrypto lets many threads sign with one key.
    nonisolated(unsafe) let handle: OpaquePointer
    /// The public half.
    public let publicKey: AuthPublicKey

    private init(_ handle: OpaquePointer) throws(DroidError) {
        guard let publicKey = AuthPublicKey(key: handle) else {
            EVP_PKEY_free(handle)
            throw .badKey("it is not RSA of 2048 bits")
        }
        self.handle = handle
        self.publicKey = publicKey
    }

    deinit { EVP_PKEY_free(handle) }

    /// A new key.
    ///
    /// - Throws: `DroidError` with code `adb.key` where the system has no random numbers.
    public static func generate() throws(DroidError) -> AuthKey {
        let context = EVP_PKEY_CTX_new_from_name(nil, "RSA", nil)
        defer { EVP_PKEY_CTX_free(context) }
        var handle: OpaquePointer?
        guard EVP_PKEY_keygen_init(context) == 1, EVP_PKEY_CTX_set_rsa_keygen_bits(context, 2048) == 1,
            EVP_PKEY_generate(context, &handle) == 1, let handle
        else { throw .badKey("libcrypto could not make a key") }
        return try AuthKey(handle)
    }

    /// Reads a private key in PEM, PKCS#8 or the older form.
    ///
    /// - Throws: `DroidError` with code `adb.key`.
    public convenience init(pem: [UInt8]) throws(DroidError) {
        // The source keeps a pointer to the bytes, so it must not outlive the closure.
        let read = pem.withUnsafeBytes { bytes -> OpaquePointer? in
            let source = BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count))
            defer { BIO_free(source) }
            // No password is asked for at the terminal: an encrypted key is an error.
            return PEM_read_bio_PrivateKey(source, nil, { _, _, _, _ in -1 }, nil)
        }
        guard let handle = read else {
            ERR_clear_error()
            throw .badKey("it is no private key in PEM, or it is locked by a password")
        }
        try self.init(handle)
    }

    /// The key in PEM, PKCS#8.
    public var pem: [UInt8] {
        let sink = BIO_new(BIO_s_mem())
        defer { BIO_free(sink) }
        guard PEM_write_bio_PKCS8PrivateKey(sink, handle, nil, nil, 0, nil, nil) == 1 else { return [] }
        var out = [UInt8](repeating: 0, count: BIO_ctrl_pending(sink))
        let count = BIO_read(sink, &out, Int32(out.count))
        return Array(out.prefix(Int(max(0, count))))
    }

    /// Signs a token, which takes the place of a SHA-1 digest.
    ///
    /// - Throws: `DroidError` with code `adb.key` for a token of another size than 20.
    public func sign(_ token: ArraySlice<UInt8>) throws(DroidError) -> [UInt8] {
        let context = EVP_PKEY_CTX_new(handle, nil)
        defer { EVP_PKEY_CTX_free(context) }
        var signature = [UInt8](repeating: 0, count: AuthPublicKey.modulusSize)
        var count = signature.count
        let token = Array(token)
        guard token.count == AuthToken.size, EVP_PKEY_sign_init(context) == 1, AuthKey.prepare(context),
            EVP_PKEY_sign(context, &signature, &count, token, token.count) == 1
        else {
            ERR_clear_error()
            throw .badKey("it cannot sign \(token.count) bytes")
        }
        return Array(signature.prefix(count))
    }

    /// PKCS#1 1.5 with SHA-1, whose digest is what is signed.
    static func prepare(_ context: OpaquePointer?) -> Bool {
        EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1
            && EVP_PKEY_CTX_set_signature_md(context, EVP_sha1()) == 1
    }
}
