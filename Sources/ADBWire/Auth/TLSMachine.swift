// SPDX-License-Identifier: Apache-2.0

public import Base
import COpenSSL

/// One end of a TLS 1.3 connection between a computer and a device: bytes in, bytes out, no I/O.
///
/// Both ends show a certificate that they made themselves from their RSA key. The device lets in those whose key it
/// trusts, and tells in its request by which names it knows them; the computer takes any device, as adb does. The owner
/// guards the machine: one call at a time.
public final class TLSMachine: @unchecked Sendable {
    /// Why a connection under TLS is of no use.
    static func failed(_ why: String) -> DroidError {
        DroidError(
            "adb.unauthorized",
            "the device does not let this program in over TLS",
            why: why,
            next: "the key of this computer has to be paired with the device first (`adb pair`)"
        )
    }

    private let role: Role
    private let keys: [AuthKey]
    private let trusted: Set<AuthPublicKey>
    private var context: OpaquePointer?
    private var session: OpaquePointer?
    private let incoming: OpaquePointer?
    private let outgoing: OpaquePointer?
    private var chosen: (key: AuthKey, certificate: OpaquePointer)?
    /// Whether the handshake is done at this end.
    public private(set) var isReady = false
    /// The key that the other end has proven; known to a device once it is ready.
    public private(set) var peerKey: AuthPublicKey?

    /// - Parameters:
    ///   - role: a device is the TLS server.
    ///   - keys: what this end may show; a computer takes the one that the device names, or the first.
    ///   - trusted: keys that a device lets in.
    /// - Throws: `DroidError` with code `adb.unauthorized`.
    public init(role: Role, keys: [AuthKey], trusted: [AuthPublicKey] = []) throws(DroidError) {
        self.role = role
        self.keys = keys
        self.trusted = Set(trusted)
        incoming = BIO_new(BIO_s_mem())
        outgoing = BIO_new(BIO_s_mem())
        context = SSL_CTX_new(role == .device ? TLS_server_method() : TLS_client_method())
        guard let context, let first = keys.first else {
            BIO_free(incoming)
            BIO_free(outgoing)
            throw TLSMachine.failed("there is no key to show")
        }
        SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_3_VERSION), nil)
        SSL_CTX_set_num_tickets(context, 0)
        let own = Unmanaged.passUnretained(self).toOpaque()
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
        SSL_CTX_set_cert_verify_callback(
            context,
            { store, machine in
                guard let machine, let store else { return 0 }
                return Unmanaged<TLSMachine>.fromOpaque(machine).takeUnretainedValue().verify(store) ? 1 : 0
            },
            own
        )
        if role == .device {
            let names = OPENSSL_sk_new_null()
            for key in trusted { OPENSSL_sk_push(names, UnsafeRawPointer(TLSMachine.name(of: key))) }
            SSL_CTX_set0_CA_list(context, names)
        }
        SSL_CTX_set_cert_cb(
            context,
            { session, machine in
                guard let machine, let session else { return 0 }
                return Unmanaged<TLSMachine>.fromOpaque(machine).takeUnretainedValue().present(session) ? 1 : 0
            },
            own
        )
        session = SSL_new(context)
        SSL_set_bio(session, incoming, outgoing)
        guard session != nil, let certificate = TLSMachine.certificate(of: first) else {
            throw TLSMachine.failed("no certificate could be made")
        }
        chosen = (first, certificate)
        if role == .device { SSL_set_accept_state(session) } else { SSL_set_connect_state(session) }
        // The client's first message is there at once.
        _ = try advance()
    }

    deinit {
        if let chosen { X509_free(chosen.certificate) }
        SSL_free(session)
        SSL_CTX_free(context)
    }

    /// Whether bytes wait to be sent to the other end.
    public var hasOutput: Bool { BIO_ctrl_pending(outgoing) > 0 }

    /// The bytes that are to be sent to the other end.
    public func takeOutput() -> [UInt8] {
        let count = BIO_ctrl_pending(outgoing)
        guard count > 0 else { return [] }
        return Array(unsafeUninitializedCapacity: count) { space, filled in
            filled = Int(max(0, BIO_read(outgoing, space.baseAddress, Int32(clamping: count))))
        }
    }

    /// Takes bytes of the other end and gives what they say.
    ///
    /// - Throws: `DroidError` with code `adb.unauthorized` before the machine is ready or where the other end refuses this
    ///   end's key, `adb.lost` later. What `takeOutput` gives then is still to be sent: it tells the other end why.
    public func receive(_ bytes: UnsafeRawBufferPointer) throws(DroidError) -> [UInt8] {
        var rest = bytes
        while !rest.isEmpty {
            let count = BIO_write(incoming, rest.baseAddress, Int32(clamping: rest.count))
            guard count > 0 else { break }
            rest = UnsafeRawBufferPointer(rebasing: rest[Int(count)...])
        }
        return try advance()
    }

    /// Puts bytes into the connection; they come out by `takeOutput`. Before the machine is ready nothing is taken.
    public func send(_ bytes: UnsafeRawBufferPointer) {
        guard isReady, !bytes.isEmpty else { return }
        var rest = bytes
        while !rest.isEmpty {
            let count = SSL_write(session, rest.baseAddress, Int32(clamping: rest.count))
            guard count > 0 else { return }
            rest = UnsafeRawBufferPointer(rebasing: rest[Int(count)...])
        }
    }

    private func advance() throws(DroidError) -> [UInt8] {
        if !isReady {
            ERR_clear_error()
            let result = SSL_do_handshake(session)
            guard result == 1 else {
                if SSL_get_error(session, result) == SSL_ERROR_WANT_READ { return [] }
                throw TLSMachine.failed(TLSMachine.reason())
            }
            isReady = true
        }
        var out: [UInt8] = []
        while true {
            let start = out.count
            var count: Int32 = 0
            let pending = max(16 << 10, Int(SSL_pending(session)))
            out.append(contentsOf: repeatElement(0, count: pending))
            ERR_clear_error()
            out.withUnsafeMutableBytes {
                count = SSL_read(session, $0.baseAddress?.advanced(by: start), Int32(pending))
            }
            out.removeLast(pending - Int(max(0, count)))
            if count > 0 { continue }
            switch SSL_get_error(session, count) {
            case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return out
            case SSL_ERROR_ZERO_RETURN: throw DroidError("adb.lost", "the other end has closed the connection")
            default:
                // Under TLS 1.3 a client learns only now that its certificate was refused.
                throw TLSMachine.failed(TLSMachine.reason())
            }
        }
    }

    private func verify(_ store: OpaquePointer) -> Bool {
        let key = X509_get0_pubkey(X509_STORE_CTX_get0_cert(store))
        peerKey = AuthPublicKey(key: key)
        guard role == .device else { return true }
        return peerKey.map(trusted.contains) ?? false
    }

    /// Gives the session the certificate to show.
    private func present(_ session: OpaquePointer) -> Bool {
        if role == .host, let asked = SSL_get0_peer_CA_list(session) {
            var names: Set<String> = []
            for index in 0..<OPENSSL_sk_num(asked) {
                guard let entry = OPENSSL_sk_value(asked, index) else { continue }
                names.insert(TLSMachine.commonName(OpaquePointer(entry)))
            }
            let fitting = keys.first { names.contains($0.publicKey.certificateName) }
            if let fitting, fitting !== chosen?.key, let certificate = TLSMachine.certificate(of: fitting) {
                if let chosen { X509_free(chosen.certificate) }
                chosen = (fitting, certificate)
            }
        }
        guard let chosen else { return false }
        return SSL_use_certificate(session, chosen.certificate) == 1
            && SSL_use_PrivateKey(session, chosen.key.handle) == 1
    }

    /// `O=AdbKey-0, CN=<SHA-256 of the key>`: how a device tells which keys it knows.
    private static func name(of key: AuthPublicKey) -> OpaquePointer? {
        let name = X509_NAME_new()
        add(name, "O", "AdbKey-0")
        add(name, "CN", key.certificateName)
        return name
    }

    private static func commonName(_ name: OpaquePointer) -> String {
        let place = X509_NAME_get_index_by_NID(name, NID_commonName, -1)
        guard place >= 0, let data = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, place)) else { return "" }
        let bytes = UnsafeBufferPointer(start: ASN1_STRING_get0_data(data), count: Int(ASN1_STRING_length(data)))
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func add(_ name: OpaquePointer?, _ field: String, _ text: String) {
        X509_NAME_add_entry_by_txt(name, field, MBSTRING_ASC, Array(text.utf8), Int32(text.utf8.count), -1, 0)
    }

    /// A certificate of a key, signed by itself, good for ten years.
    private static func certificate(of key: AuthKey) -> OpaquePointer? {
        guard let certificate = X509_new() else { return nil }
        X509_set_version(certificate, 2)
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1)
        X509_gmtime_adj(X509_getm_notBefore(certificate), -86_400)
        X509_gmtime_adj(X509_getm_notAfter(certificate), 10 * 365 * 86_400)
        X509_set_pubkey(certificate, key.handle)
        let name = X509_get_subject_name(certificate)
        add(name, "C", "US")
        add(name, "O", "Android")
        add(name, "CN", "Adb")
        X509_set_issuer_name(certificate, name)
        for (kind, value) in [
            (NID_basic_constraints, "critical,CA:TRUE"),
            (NID_key_usage, "critical,keyCertSign,cRLSign,digitalSignature"),
            (NID_subject_key_identifier, "hash"),
        ] {
            var context = X509V3_CTX()
            X509V3_set_ctx(&context, certificate, certificate, nil, nil, 0)
            guard let part = X509V3_EXT_conf_nid(nil, &context, kind, value) else { continue }
            X509_add_ext(certificate, part, -1)
            X509_EXTENSION_free(part)
        }
        guard X509_sign(certificate, key.handle, EVP_sha256()) > 0 else {
            X509_free(certificate)
            return nil
        }
        return certificate
    }

    private static func reason() -> String {
        let code = ERR_get_error()
        ERR_clear_error()
        guard code != 0, let text = ERR_reason_error_string(code) else { return "the connection under TLS broke down" }
        return String(cString: text)
    }
}
