// SPDX-License-Identifier: Apache-2.0

/// The display as it is held, by quarter turns, with what the bars and the camera hole take of it.
struct Display: Hashable {
    /// Android's `Surface.ROTATION_`: 0 upright, 1 with the right edge up, 2 upside down, 3 with the left edge up.
    var rotation = 0

    var isLandscape: Bool { rotation % 2 == 1 }
    var width: Int { isLandscape ? Screen.height : Screen.width }
    var height: Int { isLandscape ? Screen.width : Screen.height }
    var bounds: Bounds { Bounds(left: 0, top: 0, right: width, bottom: height) }
    var widthInDp: Dp { Dp(width) / Screen.scale }
    var heightInDp: Dp { Dp(height) / Screen.scale }

    /// Height of the status bar: upright it makes room for the camera hole, sideways it need not.
    var statusBar: Dp { isLandscape ? 28 : Screen.statusBar }
    /// What pages leave free at the side where the camera hole is.
    var leftInset: Dp { rotation == 1 ? Screen.statusBar : 0 }
    var rightInset: Dp { rotation == 3 ? Screen.statusBar : 0 }
    /// The part between the bars and beside the camera hole.
    var content: Bounds {
        Bounds(
            left: Screen.pixels(leftInset),
            top: Screen.pixels(statusBar),
            right: width - Screen.pixels(rightInset),
            bottom: height - Screen.pixels(Screen.navigationBar)
        )
    }

    /// `ROTATION_90`, as `dumpsys` names a rotation.
    var name: String { "ROTATION_\(rotation * 90)" }
}
