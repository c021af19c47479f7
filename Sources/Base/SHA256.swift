// SPDX-License-Identifier: Apache-2.0

import COpenSSL

/// A streaming SHA-256, by libcrypto.
public struct SHA256: ~Copyable {
    private let context: OpaquePointer?

    public init() {
        context = EVP_MD_CTX_new()
        EVP_DigestInit_ex(context, EVP_sha256(), nil)
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Adds bytes to the message.
    public mutating func update(_ bytes: some Sequence<UInt8>) {
        let taken: Void? = bytes.withContiguousStorageIfAvailable { update(UnsafeRawBufferPointer($0)) }
        if taken == nil { Array(bytes).withUnsafeBytes { update($0) } }
    }

    /// Adds raw bytes to the message.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        if bytes.count > 0 { EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) }
    }

    /// The digest of everything added, as 64 lower-case hexadecimal digits.
    public consuming func finalHex() -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        EVP_DigestFinal_ex(context, &digest, nil)
        return digest.hex
    }

    /// The digest of `bytes`, as 64 lower-case hexadecimal digits.
    public static func hex(_ bytes: some Sequence<UInt8>) -> String {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finalHex()
    }

    /// The digest of a file's content, read in pieces of 1 MiB.
    ///
    /// - Throws: `DroidError` with code `file.read` when the file cannot be read.
    public static func hex(ofFile path: String) throws -> String {
        var hash = SHA256()
        try FileBytes.forEachChunk(path) { hash.update($0) }
        return hash.finalHex()
    }
}

extension Sequence<UInt8> {
    /// Two lower-case hexadecimal digits for each byte.
    public var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        var out: [UInt8] = []
        for byte in self {
            out.append(digits[Int(byte >> 4)])
            out.append(digits[Int(byte & 15)])
        }
        return String(decoding: out, as: UTF8.self)
    }
}
