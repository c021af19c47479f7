// SPDX-License-Identifier: Apache-2.0

public import Base
import COpenSSL

/// The public half of a computer's key, as devices keep it: 524 bytes with the modulus and two numbers that spare the
/// device some arithmetic.
public struct AuthPublicKey: Hashable, Sendable {
    /// Bytes of the modulus of RSA-2048.
    static let modulusSize = 256
    /// Bytes of the whole.
    public static let blobSize = 4 + 4 + 2 * modulusSize + 4

    /// The bytes, little-endian numbers throughout: words of the modulus, -1/n mod 2^32, n, 2^4096 mod n, exponent.
    public let blob: [UInt8]

    /// Reads the bytes.
    ///
    /// - Throws: `DroidError` with code `adb.key`: a wrong size, or numbers that belong to no key.
    public init(blob: [UInt8]) throws(DroidError) {
        guard blob.count == AuthPublicKey.blobSize, blob[...].little(0, as: UInt32.self) == 64 else {
            throw .badKey("it has \(blob.count) bytes in place of \(AuthPublicKey.blobSize), or another size of key")
        }
        self.blob = blob
        // An even modulus, or one whose words disagree with it, is no key; a verifier must not be led astray by it.
        guard modulus.last.map({ $0 & 1 == 1 }) == true, let made = AuthPublicKey.blob(modulus, exponent),
            made == blob, exponent == 3 || exponent == 65537
        else { throw .badKey("its numbers contradict each other") }
    }

    /// Reads a line of an `adb_keys` or `.pub` file, or what a host sends: the bytes in base64, and after a space a name.
    ///
    /// - Throws: `DroidError` with code `adb.key`.
    public init(parsing line: some Sequence<UInt8>) throws(DroidError) {
        let words = Array(line).split(whereSeparator: { $0 == 0x20 || $0 == 9 || $0 == 10 || $0 == 13 || $0 == 0 })
        guard let first = words.first, first.count <= 4 * AuthPublicKey.blobSize,
            let blob = AuthPublicKey.decoded(Array(first))
        else { throw .badKey("it is no base64") }
        try self.init(blob: blob)
    }

    init?(key: OpaquePointer?) {
        var number: OpaquePointer?
        guard let key, EVP_PKEY_get_bits(key) == 2048, EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &number) == 1
        else { return nil }
        defer { BN_free(number) }
        var exponent: OpaquePointer?
        guard EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &exponent) == 1 else { return nil }
        defer { BN_free(exponent) }
        var modulus = [UInt8](repeating: 0, count: AuthPublicKey.modulusSize)
        guard BN_bn2binpad(number, &modulus, Int32(modulus.count)) == Int32(modulus.count),
            let blob = AuthPublicKey.blob(modulus, UInt32(truncatingIfNeeded: BN_get_word(exponent)))
        else { return nil }
        self.blob = blob
    }

    /// The modulus, highest byte first.
    var modulus: [UInt8] { blob[8..<(8 + AuthPublicKey.modulusSize)].reversed() }
    var exponent: UInt32 { blob[...].little(AuthPublicKey.blobSize - 4) }

    /// The bytes in base64, 700 characters.
    public var base64: String {
        var out = [UInt8](repeating: 0, count: 4 * (blob.count + 2) / 3 + 4)
        let count = EVP_EncodeBlock(&out, blob, Int32(blob.count))
        return String(decoding: out.prefix(Int(count)), as: UTF8.self)
    }

    /// A line of an `adb_keys` file.
    public func line(name: String) -> String { "\(base64) \(name)" }

    /// The MD5 of the bytes, as the question on a device's screen shows it: `AB:CD:...`.
    public var fingerprint: String {
        var digest = [UInt8](repeating: 0, count: 16)
        EVP_Digest(blob, blob.count, &digest, nil, EVP_md5(), nil)
        return digest.map { [$0].hex.uppercased() }.joined(separator: ":")
    }

    /// Whether the signature of a token is this key's. The token takes the place of a digest: it is not hashed again.
    public func verifies(_ signature: ArraySlice<UInt8>, of token: ArraySlice<UInt8>) -> Bool {
        guard signature.count == AuthPublicKey.modulusSize, token.count == AuthToken.size, let key = makeKey() else {
            return false
        }
        defer { EVP_PKEY_free(key) }
        let (signature, token) = (Array(signature), Array(token))
        let context = EVP_PKEY_CTX_new(key, nil)
        defer { EVP_PKEY_CTX_free(context) }
        guard EVP_PKEY_verify_init(context) == 1, AuthKey.prepare(context) else { return false }
        defer { ERR_clear_error() }
        return EVP_PKEY_verify(context, signature, signature.count, token, token.count) == 1
    }

    /// The SHA-256 of the key as certificates carry it, 64 upper-case hexadecimal digits: how a device names, over TLS, the
    /// keys that it lets in.
    public var certificateName: String {
        guard let key = makeKey() else { return "" }
        defer { EVP_PKEY_free(key) }
        var bytes: UnsafeMutablePointer<UInt8>?
        let count = i2d_PUBKEY(key, &bytes)
        guard count > 0, let bytes else { return "" }
        defer { CRYPTO_free(bytes, nil, 0) }
        return SHA256.hex(UnsafeBufferPointer(start: bytes, count: Int(count))).uppercased()
    }

    /// libcrypto's form of the key; the caller frees it.
    private func makeKey() -> OpaquePointer? {
        // The builder keeps the pointers to the names until the end, so they have to stay where they are.
        OSSL_PKEY_PARAM_RSA_N.withCString { modulusName in
            OSSL_PKEY_PARAM_RSA_E.withCString { exponentName in makeKey(modulusName, exponentName) }
        }
    }

    private func makeKey(
        _ modulusName: UnsafePointer<CChar>,
        _ exponentName: UnsafePointer<CChar>
    ) -> OpaquePointer? {
        let modulus = modulus
        let number = BN_bin2bn(modulus, Int32(modulus.count), nil)
        defer { BN_free(number) }
        let builder = OSSL_PARAM_BLD_new()
        defer { OSSL_PARAM_BLD_free(builder) }
        guard OSSL_PARAM_BLD_push_BN(builder, modulusName, number) == 1,
            OSSL_PARAM_BLD_push_uint32(builder, exponentName, exponent) == 1,
            let parameters = OSSL_PARAM_BLD_to_param(builder)
        else { return nil }
        defer { OSSL_PARAM_free(parameters) }
        let context = EVP_PKEY_CTX_new_from_name(nil, "RSA", nil)
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard EVP_PKEY_fromdata_init(context) == 1,
            EVP_PKEY_fromdata(context, &key, Int32(COpenSSL_public_key), parameters) == 1
        else { return nil }
        return key
    }

    /// The bytes of a modulus, highest byte first, and an exponent; nil where the modulus is no odd number of 2048 bits.
    private static func blob(_ modulus: [UInt8], _ exponent: UInt32) -> [UInt8]? {
        guard modulus.count == modulusSize, modulus[modulusSize - 1] & 1 == 1, modulus[0] & 0x80 != 0 else {
            return nil
        }
        var lowest: UInt32 = 0
        for byte in modulus.suffix(4) { lowest = lowest << 8 | UInt32(byte) }
        // Newton's way to the inverse modulo 2^32: each round doubles the bits that are right.
        var inverse: UInt32 = 1
        for _ in 0..<5 { inverse = inverse &* (2 &- lowest &* inverse) }
        let number = BN_bin2bn(modulus, Int32(modulus.count), nil)
        let square = BN_new()
        let context = BN_CTX_new()
        defer {
            BN_free(number)
            BN_free(square)
            BN_CTX_free(context)
        }
        var remainder = [UInt8](repeating: 0, count: modulusSize)
        guard BN_set_bit(square, 4096) == 1, BN_div(nil, square, square, number, context) == 1,
            BN_bn2lebinpad(square, &remainder, Int32(modulusSize)) == Int32(modulusSize)
        else { return nil }
        var out: [UInt8] = []
        out.reserveCapacity(blobSize)
        out.appendLittle(UInt32(modulusSize / 4))
        out.appendLittle(0 &- inverse)
        out += modulus.reversed()
        out += remainder
        out.appendLittle(exponent)
        return out
    }

    private static func decoded(_ text: [UInt8]) -> [UInt8]? {
        guard !text.isEmpty, text.count % 4 == 0 else { return nil }
        var out = [UInt8](repeating: 0, count: text.count / 4 * 3 + 3)
        let count = EVP_DecodeBlock(&out, text, Int32(text.count))
        guard count >= 0 else {
            ERR_clear_error()
            return nil
        }
        return Array(out.prefix(Int(count) - text.suffix(2).filter { $0 == 0x3d }.count))
    }
}

extension DroidError {
    static func badKey(_ why: String) -> DroidError {
        DroidError("adb.key", "this is no key of adb", why: why, next: "`adb keygen FILE` makes a pair of them")
    }
}
