// SPDX-License-Identifier: Apache-2.0

/// The apps that a device has. A new app is one file and one line here.
enum AppRegistry {
    /// The built-in apps, without the launcher, which the window manager starts itself.
    static var standard: [any App.Type] {
        [
            SettingsApp.self,
            DeskClock.self,
            ContactsApp.self,
            FilesApp.self,
            CameraApp.self,
            MessagesApp.self,
            ExpenseApp.self,
            BroccoliApp.self,
            RetroMusicApp.self,
            VLCApp.self,
            MarkorApp.self,
            CalendarApp.self,
            TasksApp.self,
            JoplinApp.self,
            OpenTracksApp.self,
            AudioRecorderApp.self,
            GalleryApp.self,
            OsmAndApp.self,
            ChromeApp.self,
            HTMLViewerApp.self,
            DialerApp.self,
            DrawApp.self,
            ClipperApp.self,
        ]
    }
}
