import Core
import Crypto
import Foundation
import TestSupport
import Testing

@testable import LicenseServer

@Suite struct ReleaseTests {
  private func withReleases(_ body: (RunningServer, ReleaseFixture) async throws -> Void) async throws {
    let releases = try ReleaseFixture()
    try await withServer(["RELEASES_DIR": releases.path]) { try await body($0, releases) }
  }

  @Test func staffPublishWhatIsInTheDirectory() async throws {
    try await withReleases { server, releases in
      try releases.add("1.4.0")
      try releases.add("1.10.0")
      let vendor = try await server.vendor()
      let candidates = try await vendor.get("/api/releases/candidates").json["items"]?.arrayValue
      #expect(candidates?.compactMap { $0["version"]?.stringValue } == ["1.10.0", "1.4.0"])
      let id = try await server.publish("1.4.0", notes: "Faster")
      let release = try await vendor.get("/api/releases/\(id)").json
      #expect(release["status"]?.stringValue == "published" && release["notes"]?.stringValue == "Faster")
      let again = try await vendor.post("/api/releases", json: ["version": "1.4.0"])
      #expect(again.status == 409)
      #expect(try await vendor.get("/api/releases/candidates").json["items"]?.arrayValue?.count == 1)
      let log = try await vendor.get("/api/audit-log?action=release.publish").json
      #expect(log["items"]?.arrayValue?.first?["subject"]?.stringValue == "release:\(id)")
    }
  }

  @Test func onlyWhatTheKeySignedAndAsItSignedItIsPublished() async throws {
    try await withReleases { server, releases in
      let vendor = try await server.vendor()
      func refusal(_ version: String) async throws -> String {
        let answer = try await vendor.post("/api/releases", json: ["version": .string(version)])
        #expect(answer.status == 422)
        return answer.json["errors"]?.arrayValue?.first?["message"]?.stringValue ?? ""
      }
      #expect(try await refusal("1.0.0").contains("holds no release 1.0.0"))
      #expect(try await refusal("../1.0.0").contains("holds no release"))
      try releases.add("1.1.0")
      let manifest = try String(contentsOfFile: "\(releases.path)/1.1.0/MANIFEST", encoding: .utf8)
      try releases.write(manifest.replacing("stable", with: "beta"), to: "1.1.0/MANIFEST")
      #expect(try await refusal("1.1.0").contains("did not make MANIFEST.sig"))
      try releases.add("1.2.0")
      try releases.write("other file", to: "1.2.0/\(ReleaseFixture.archiveName("1.2.0"))")
      #expect(try await refusal("1.2.0").contains("is not the file"))
      try FileManager.default.removeItem(atPath: "\(releases.path)/1.2.0/\(ReleaseFixture.archiveName("1.2.0"))")
      #expect(try await refusal("1.2.0").contains("not there"))
      try releases.add("1.3.0")
      try releases.sign(manifest, as: "1.3.0")
      #expect(try await refusal("1.3.0").contains("is of release 1.1.0"))
      try releases.write("no key", to: "release-key.pub")
      #expect(try await refusal("1.3.0").contains("release-key.pub"))
      #expect(try await server.visitor.get("/releases/latest.json").status == 404)
    }
  }

  @Test func theNewestIsByNumberAndBetaIsAskedFor() async throws {
    try await withReleases { server, releases in
      for (version, channel) in [("1.9.0", "stable"), ("1.10.0", "stable"), ("2.0.0", "beta"), ("1.10.0.1", "stable")] {
        try releases.add(version, channel: channel)
      }
      func latest(_ query: String = "") async throws -> String? {
        try await server.visitor.get("/releases/latest.json\(query)").json["version"]?.stringValue
      }
      for version in ["1.10.0", "1.9.0", "2.0.0"] { try await server.publish(version) }
      #expect(try await latest() == "1.10.0")
      #expect(try await latest("?channel=beta") == "2.0.0")
      #expect(try await server.visitor.get("/releases/latest.json?channel=x").status == 422)
      try await server.publish("1.10.0.1")
      #expect(try await latest() == "1.10.0.1")
    }
  }

  @Test func whoFetchesItCanCheckIt() async throws {
    try await withReleases { server, releases in
      let content = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      try releases.add("1.4.0", content: content)
      try await server.publish("1.4.0")
      let json = try await server.visitor.get("/releases/latest.json").json
      let manifest = try #require(json["manifest"]?.stringValue)
      let signature = try #require(Data(base64Encoded: json["signature"]?.stringValue ?? ""))
      #expect(releases.isSigned(manifest, by: Array(signature)))
      #expect(try await server.visitor.get("/releases/latest/MANIFEST").text == manifest)
      #expect(try await server.visitor.get("/releases/1.4.0/MANIFEST.sig").body == Array(signature))
      #expect(try await server.visitor.get("/releases/release-key.pub").text == releases.pem)
      let file = try #require(json["files"]?.arrayValue?.first)
      #expect(
        file["url"]?.stringValue
          == "https://license.example.com/releases/1.4.0/\(ReleaseFixture.archiveName("1.4.0"))")
      let answer = try await server.visitor.get("/releases/1.4.0/\(ReleaseFixture.archiveName("1.4.0"))")
      #expect(answer.status == 200 && answer.body == content)
      #expect(answer.header("Content-Length") == "700000" && answer.header("Accept-Ranges") == "bytes")
      #expect(file["sha256"]?.stringValue == Array(SHA256.hash(data: answer.body)).hex)
      #expect(answer.header("ETag") == "\"\(file["sha256"]?.stringValue ?? "")\"")
    }
  }

  @Test func aDownloadGoesOnWhereItWasCut() async throws {
    try await withReleases { server, releases in
      let content = Array("0123456789".utf8)
      try releases.add("1.4.0", content: content)
      try await server.publish("1.4.0")
      let path = "/releases/1.4.0/\(ReleaseFixture.archiveName("1.4.0"))"
      let tag = try #require(try await server.visitor.send("HEAD", path).header("ETag"))
      let part = try await server.visitor.get(path, headers: [("Range", "bytes=4-"), ("If-Range", tag)])
      #expect(part.status == 206 && part.text == "456789" && part.header("Content-Range") == "bytes 4-9/10")
      let other = try await server.visitor.get(path, headers: [("Range", "bytes=4-"), ("If-Range", "\"other\"")])
      #expect(other.status == 200 && other.body == content)
      let beyond = try await server.visitor.get(path, headers: [("Range", "bytes=10-")])
      #expect(beyond.status == 416 && beyond.header("Content-Range") == "bytes */10")
      let same = try await server.visitor.get(path, headers: [("If-None-Match", tag)])
      #expect(same.status == 304 && same.body.isEmpty)
    }
  }

  @Test func noPathLeadsOutOfTheRelease() async throws {
    try await withReleases { server, releases in
      try releases.add("1.4.0")
      try releases.add("1.5.0")
      try releases.write("secret", to: "1.4.0/secret")
      try await server.publish("1.4.0")
      let archive = ReleaseFixture.archiveName("1.4.0")
      for path in [
        "1.4.0/secret", "1.4.0/..%2Frelease-key.pub", "1.4.0/%2e%2e", "../1.5.0/MANIFEST", "1.5.0/MANIFEST",
        "1.4.0/%2Fetc%2Fpasswd", "1.4.0/\(archive)%00", "1.4.0/..%2F1.4.0%2F\(archive)",
        "%2e%2e%2F1.4.0/\(archive)", "1.4.0//\(archive)",
      ] {
        let answer = try await server.visitor.get("/releases/\(path)")
        #expect([400, 404].contains(answer.status), "\(path)")
      }
    }
  }

  @Test func aWithdrawnReleaseIsGivenToNobodyUntilItIsRestored() async throws {
    try await withReleases { server, releases in
      for version in ["1.4.0", "1.5.0"] {
        try releases.add(version)
        try await server.publish(version)
      }
      let vendor = try await server.vendor()
      let list = try await vendor.get("/api/releases?q=1.5").json["items"]?.arrayValue
      let id = try #require(list?.first?["id"]?.intValue)
      let path = "/releases/1.5.0/\(ReleaseFixture.archiveName("1.5.0"))"
      #expect(try await vendor.post("/api/releases/\(id)/withdraw", json: [:]).status == 422)
      #expect(try await vendor.post("/api/releases/\(id)/withdraw", json: ["reason": "loses clicks"]).status == 200)
      #expect(try await vendor.post("/api/releases/\(id)/withdraw", json: ["reason": "again"]).status == 409)
      #expect(try await server.visitor.get(path).status == 404)
      #expect(try await server.visitor.get("/releases/latest.json").json["version"]?.stringValue == "1.4.0")
      try releases.add("1.5.0", content: Array("rebuilt in secret".utf8))
      #expect(try await vendor.send("POST", "/api/releases/\(id)/restore").status == 409)
      try releases.add("1.5.0")
      #expect(try await vendor.send("POST", "/api/releases/\(id)/restore").status == 200)
      #expect(try await server.visitor.get(path).status == 200)
    }
  }

  @Test func aFileThatIsNotAsPublishedIsNotGivenOut() async throws {
    try await withReleases { server, releases in
      try releases.add("1.4.0")
      try await server.publish("1.4.0")
      let name = ReleaseFixture.archiveName("1.4.0")
      try releases.write("another size", to: "1.4.0/\(name)")
      #expect(try await server.visitor.get("/releases/1.4.0/\(name)").status == 503)
      try FileManager.default.removeItem(atPath: "\(releases.path)/1.4.0/\(name)")
      try FileManager.default.createSymbolicLink(
        atPath: "\(releases.path)/1.4.0/\(name)", withDestinationPath: "/etc/passwd")
      #expect(try await server.visitor.get("/releases/1.4.0/\(name)").status == 503)
    }
  }

  @Test func thePagesPublishAndWithdraw() async throws {
    try await withReleases { server, releases in
      try releases.add("1.4.0")
      let browser = server.visitor
      _ = try await browser.post(
        "/admin/login",
        form: [("email", RunningServer.vendorEmail), ("password", RunningServer.vendorPassword), ("return_to", "")])
      let page = try await browser.get("/admin/releases").text
      #expect(page.contains("Ready to publish") && page.contains("No release is published yet"))
      let csrf = ("_csrf", try #require(page.csrfToken))
      let wrong = try await browser.post("/admin/releases", form: [csrf, ("version", "9.9.9"), ("notes", "")])
      #expect(wrong.status == 422 && wrong.text.contains("holds no release 9.9.9"))
      let made = try await browser.post("/admin/releases", form: [csrf, ("version", "1.4.0"), ("notes", "<b>new</b>")])
      let path = try #require(made.header("Location"))
      let shown = try await browser.get(path).text
      #expect(shown.contains("&lt;b&gt;new") && shown.contains(ReleaseFixture.archiveName("1.4.0")))
      #expect(try await browser.post("\(path)/withdraw", form: [csrf, ("reason", "")]).status == 422)
      #expect(try await browser.post("\(path)/withdraw", form: [csrf, ("reason", "broken")]).status == 303)
      #expect(try await browser.get(path).text.contains("broken"))
      #expect(try await browser.post("\(path)/restore", form: [csrf]).status == 303)
    }
  }
}

@Suite struct InstallScriptTests {
  @Test func theScriptHasThisServersAddressAndKeyInIt() async throws {
    let releases = try ReleaseFixture()
    try await withServer(["RELEASES_DIR": releases.path]) { server in
      let answer = try await server.visitor.get("/install.sh")
      #expect(answer.status == 200 && answer.header("Content-Type")?.hasPrefix("text/plain") == true)
      #expect(answer.text.hasPrefix("#!/usr/bin/env bash\n"))
      #expect(answer.text.contains("\nserver_url='https://license.example.com'\nproduct_name='Trackily'\n"))
      #expect(answer.text.contains("\nrelease_key='\(releases.pem.trimmed)'\n"))
      #expect(answer.text.hasSuffix("\nmain \"$@\"\n"))
    }
  }

  @Test func aServerWithoutReleasesGivesAScriptThatSaysSo() async throws {
    try await withServer { server in
      let script = try await server.visitor.get("/install.sh").text
      #expect(script.contains("\nrelease_key=''\n"))
      #expect(try await server.visitor.get("/releases/release-key.pub").status == 404)
      #expect(try await server.visitor.get("/releases/1.0.0/MANIFEST").status == 404)
    }
  }

  @Test func whatIsFilledInStaysOneWord() {
    let script = InstallScript(text: "server_url='x'\nproduct_name='y'\nrelease_key=''\nother='$server_url'\n")
    let values = InstallScript.Values(
      serverURL: "https://a.example", productName: "It's $(reboot) `x`", releaseKey: "a\nb\n")
    #expect(
      script.text(values) == """
        server_url='https://a.example'
        product_name='It'\\''s $(reboot) `x`'
        release_key='a
        b'
        other='$server_url'

        """)
  }
}
