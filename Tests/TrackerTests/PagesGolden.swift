import Core
import Foundation
import Testing
import Web

@testable import Licensing
@testable import TenantTracker

/// Pages as they were when somebody last looked at them: `Goldens/<name>.html`. `UPDATE_GOLDENS=1` writes them anew; the
/// diff is what is to be looked at.
enum PagesGolden {
  /// Without assets, so that addresses have no hashes, and without icons.
  static var layout: Layout {
    get throws { Layout(assets: try StaticAssets(directories: []), icons: icons) }
  }

  static let icons = IconSet(directory: "/nonexistent")

  static let time = Timestamp(seconds: 1_795_255_200)  // 2026-11-21T10:00:00Z
  static let times = LocalTimes(TenantSettings())

  static func user(_ role: Role = .admin) throws -> User {
    User(
      id: 7, email: try #require(EmailAddress("ana@example.com")), name: "Ana", role: role, roleID: nil,
      permissions: role.permissions ?? Permissions(),
      grantedPermissions: role.permissions ?? Permissions(), status: .active, pausedByLicense: false,
      mustChangePassword: false, usesTOTP: false, lastLoginAt: time, createdAt: time)
  }

  static func viewer(_ role: Role = .admin) throws -> Layout.Viewer {
    let user = try user(role)
    let session = TrackerSession(
      user: user, credential: .session(id: "01939e3c-0000-7000-8000-000000000000"), permissions: user.permissions,
      standing: .current(.pro))
    return Layout.Viewer(session: session, tenant: "Acme", plan: "Pro", csrf: "<input type=\"hidden\" name=\"_csrf\">")
  }

  static func check(_ name: String, _ html: HTML) throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Goldens")
    let file = folder.appendingPathComponent("\(name).html")
    // A line an element, so that a diff shows what has changed.
    let text = html.text.replacing("><", with: ">\n<") + "\n"
    if ProcessInfo.processInfo.environment["UPDATE_GOLDENS"] != nil {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    let golden = try String(contentsOf: file, encoding: .utf8)
    guard golden != text else { return }
    let (old, new) = (golden.split(separator: "\n"), text.split(separator: "\n"))
    let line = zip(old, new).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(old.count, new.count)
    Issue.record(
      """
      \(name).html differs from line \(line + 1):
      - \(line < old.count ? old[line] : "")
      + \(line < new.count ? new[line] : "")
      """)
  }
}
