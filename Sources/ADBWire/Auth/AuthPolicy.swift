// SPDX-License-Identifier: Apache-2.0

/// How a device decides whether a computer may use it.
public enum AuthPolicy: String, Hashable, Sendable, CaseIterable {
    /// Everybody may, as on emulators.
    case none
    /// A computer proves that it has a key that the device trusts; one that is new is asked about on the screen.
    case rsa
    /// The connection goes on under TLS, and only trusted keys get through.
    case tls
}
