import Core
import Foundation
import HTTPTypes
import TestSupport
import Testing

@testable import Web

@Suite struct StaticAssetsTests {
  let files: [String: [UInt8]] = [
    "app.css": Array(
      "body { background: url( 'img/logo.svg?v=1' ) } @font-face { src: url(../x.woff2), url(data:a) }".utf8),
    "img/logo.svg": Array("<svg>\(String(repeating: "<path/>", count: 300))</svg>".utf8),
    "vendor/chart.min.js": Array(String(repeating: "let chart = 1;\n", count: 500).utf8),
    "font.woff2": [0, 1, 2],
  ]
  var assets: StaticAssets { StaticAssets(files: files, prefix: "/assets") }

  @Test func filesAreServedForEverUnderHashedNames() async throws {
    let assets = assets
    let url = assets.url("vendor/chart.min.js")
    #expect(url.wholeMatch(of: /\/assets\/vendor\/chart\.min\.[0-9a-f]{12}\.js/) != nil)
    try await withServer([Mount(assets)]) { port in
      let client = TestHTTPClient(port: port)
      let answer = try await client.get(url)
      #expect(answer.status == 200 && answer.body == files["vendor/chart.min.js"])
      #expect(answer.header("Content-Type") == "text/javascript; charset=utf-8")
      #expect(answer.header("Cache-Control") == "public, max-age=31536000, immutable")
      #expect(answer.header("Vary") == "Accept-Encoding")
      let packed = try await client.get(url, headers: [("Accept-Encoding", "br, gzip")])
      #expect(packed.header("Content-Encoding") == "gzip")
      #expect(try gunzip(packed.body) == answer.body)
      #expect(packed.header("ETag") != answer.header("ETag"))
      #expect(try await client.get(assets.url("font.woff2")).header("Content-Type") == "font/woff2")
      let head = try await client.send("HEAD", url)
      #expect(head.status == 200 && head.header("Content-Length") == String(answer.body.count))
    }
  }

  @Test func aKnownTagIs304() async throws {
    let assets = assets
    try await withServer([Mount(assets)]) { port in
      let client = TestHTTPClient(port: port)
      let url = assets.url("img/logo.svg")
      let tag = try #require(try await client.get(url).header("ETag"))
      for sent in [tag, "\"x\", \(tag)", "W/\(tag)", "*"] {
        let answer = try await client.get(url, headers: [("If-None-Match", sent)])
        #expect(answer.status == 304 && answer.body.isEmpty && answer.header("ETag") == tag)
      }
      #expect(try await client.get(url, headers: [("If-None-Match", "\"x\"")]).status == 200)
    }
  }

  @Test func nothingElseIsServed() async throws {
    try await withServer([Mount(assets)]) { port async throws in
      let client = TestHTTPClient(port: port)
      for path in [
        "/assets/app.css", "/assets/", "/assets", "/assets/../Package.swift", "/assets/%2e%2e/Package.swift",
        "/assets/app.000000000000.css", "/assets//etc/passwd",
      ] {
        #expect(try await client.get(path).status == 404, "\(path)")
      }
      #expect(try await client.send("POST", assets.url("app.css")).status == 405)
    }
  }

  @Test func styleSheetsFollowTheirFilesToTheHashedNames() {
    let text = String(decoding: assets.reply(to: head(assets.url("app.css"))).bytes, as: UTF8.self)
    let logo = assets.url("img/logo.svg").dropFirst("/assets/".count)
    #expect(text.contains("url(\"\(logo)?v=1\")"))
    #expect(text.contains("url(../x.woff2), url(data:a)"))
  }

  @Test func anotherContentIsAnotherName() {
    var changed = files
    changed["img/logo.svg"] = Array("<svg/>".utf8)
    let other = StaticAssets(files: changed, prefix: "/assets")
    #expect(other.url("img/logo.svg") != assets.url("img/logo.svg"))
    #expect(other.url("app.css") != assets.url("app.css"))
    #expect(other.url("font.woff2") == assets.url("font.woff2"))
    #expect(assets.contains("app.css") && !assets.contains("none.css"))
  }

  @Test func aDirectoryIsReadWithItsFolders() throws {
    let root = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: root.appending(path: "js"), withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: root) }
    try Data("x".utf8).write(to: root.appending(path: "js/a.js"))
    try Data("x".utf8).write(to: root.appending(path: ".hidden"))
    let assets = try StaticAssets(directory: root.path())
    #expect(assets.contains("js/a.js") && !assets.contains(".hidden"))
    #expect(throws: (any Error).self) { try StaticAssets(directory: root.path() + "/none") }
  }

  private func head(_ path: String) -> RequestHead {
    let local = IPAddress(v4: 0x7F00_0001)
    return RequestHead(
      method: .get, target: path, authority: nil, fields: [:], peer: local, clientAddress: local, isHTTPS: false,
      requestID: "r")
  }
}

extension Reply {
  fileprivate var bytes: [UInt8] {
    if case .bytes(let bytes) = body { bytes } else { [] }
  }
}
