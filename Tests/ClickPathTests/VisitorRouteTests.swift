import Core
import Testing

@testable import ClickPath

@Suite struct VisitorRouteTests {
  private static let id = DestinationTests.click

  @Test(
    arguments: [
      ("/c/mcafee-us", "", .click(slug: "mcafee-us")), ("/c/mcafee-us/", "a=b", .click(slug: "mcafee-us")),
      ("/click", "campaign=x&test=1", .click(slug: "x")), ("/click", "test=1", .click(slug: "")),
      ("/click", "sub1=a", nil),
      ("/offer/\(id)/9", "k=x", .offer(id, offerID: 9)),
      ("/offer/\(id.description.uppercased())/9/", "", .offer(id, offerID: 9)),
      ("/offer/nonsense/9", "", .offer(nil, offerID: 9)), ("/offer/\(id)/x", "", nil), ("/offer/\(id)", "", nil),
      ("/postback", "click_id=1", .postback(key: nil)), ("/postback/", "", .postback(key: nil)),
      ("/postback/secret%2Fkey", "", .postback(key: "secret/key")), ("/postback/a/b", "", nil),
      ("/c", "", nil), ("/c/", "", nil), ("/c/a/b", "", nil), ("/cc/a", "", nil), ("c/a", "", nil), ("/", "", nil),
      ("", "", nil),
      ("//c/a", "", nil), ("/admin", "", nil), ("/C/a", "", nil), ("/offer/\(id)/9/1/2", "", nil),
      ("/offer/\(id)/99999999999999999999", "", nil),
    ] as [(String, String, VisitorRoute?)])
  func pathsAreRouted(_ path: String, _ query: String, _ route: VisitorRoute?) {
    #expect(VisitorRoute(path: path[...], query: query[...]) == route)
  }

  @Test func theTargetIsSplitAtTheFirstQuestionMark() {
    let request = VisitorRequest(
      method: .get, target: "/c/x?a=b?c", host: "h", isSecure: false, headers: VisitorHeaders(),
      address: IPAddress(v4: 1),
      now: ClickWorld.now)
    #expect(request.path == "/c/x")
    #expect(request.query == "a=b?c")
  }
}
