// SPDX-License-Identifier: Apache-2.0

import Media

/// A colour by its part in the design, so that light and dark themes need no word in an app; or a fixed colour.
enum Tone: Equatable {
    /// The page.
    case surface
    /// Cards, fields and chips on the page.
    case surfaceVariant
    /// Dialogs, menus and sheets.
    case surfaceHigh
    /// Text and icons on any of these.
    case onSurface
    /// Second lines, hints and quiet icons.
    case onSurfaceVariant
    /// What can be acted on.
    case primary
    case onPrimary
    /// Floating buttons and selected chips.
    case primaryContainer
    case onPrimaryContainer
    case secondaryContainer
    case onSecondaryContainer
    case outline
    case divider
    case error
    case clear
    /// 0xRRGGBB
    case rgb(UInt32)
    /// 0xRRGGBB and an opacity 0...1
    case rgba(UInt32, Double)
}

/// The colours of a theme.
struct Palette {
    let dark: Bool

    /// The colour that a tone stands for.
    func callAsFunction(_ tone: Tone) -> RGBA {
        switch tone {
        case .clear: RGBA(hex: 0, alpha: 0)
        case .rgb(let hex): RGBA(hex: hex)
        case .rgba(let hex, let alpha): RGBA(hex: hex, alpha: alpha)
        default: RGBA(hex: dark ? darkHex(tone) : lightHex(tone))
        }
    }

    private func lightHex(_ tone: Tone) -> UInt32 {
        switch tone {
        case .surface: 0xfdfbff
        case .surfaceVariant: 0xe9edf6
        case .surfaceHigh: 0xeef1fa
        case .onSurface: 0x1a1b1f
        case .onSurfaceVariant: 0x44474f
        case .primary: 0x2b5db0
        case .onPrimary: 0xffffff
        case .primaryContainer: 0xd6e3ff
        case .onPrimaryContainer: 0x001b3e
        case .secondaryContainer: 0xdae2f9
        case .onSecondaryContainer: 0x131c2b
        case .outline: 0x74777f
        case .divider: 0xdcdfe6
        case .error: 0xba1a1a
        case .clear, .rgb, .rgba: 0
        }
    }

    private func darkHex(_ tone: Tone) -> UInt32 {
        switch tone {
        case .surface: 0x121316
        case .surfaceVariant: 0x2a2d34
        case .surfaceHigh: 0x24272d
        case .onSurface: 0xe3e2e6
        case .onSurfaceVariant: 0xc4c6d0
        case .primary: 0xaac7ff
        case .onPrimary: 0x002f65
        case .primaryContainer: 0x0e448e
        case .onPrimaryContainer: 0xd6e3ff
        case .secondaryContainer: 0x3e4759
        case .onSecondaryContainer: 0xdae2f9
        case .outline: 0x8e9099
        case .divider: 0x33363c
        case .error: 0xffb4ab
        case .clear, .rgb, .rgba: 0
        }
    }
}
