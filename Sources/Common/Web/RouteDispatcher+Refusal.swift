import Core
import HTTPTypes

extension RouteDispatcher {
  var flashCookie: FlashCookie? {
    hooks.pages.map { FlashCookie(signer: $0.csrf, path: $0.cookie.path) }
  }

  /// Sets or clears the flash message.
  func finished(_ reply: Reply, _ head: RequestHead, _ exchange: Exchange<Place, Session>) -> Reply {
    guard let flashCookie else { return reply }
    var reply = reply
    if let flash = reply.flash {
      reply.set(flashCookie.issue(flash, for: head))
    } else if reply.status < 300, !head.isFragment, exchange.route?.method == .get, flashCookie.read(head) != nil {
      reply.set(flashCookie.clear(for: head))
    }
    return reply
  }

  func refusal(_ problem: Problem, _ head: RequestHead, _ exchange: Exchange<Place, Session>) async -> Reply {
    var reply: Reply
    if let pages = hooks.pages {
      reply = await page(problem, head, exchange, pages)
    } else {
      reply = .problem(problem)
      if problem.status == 401 { reply.fields[.wwwAuthenticate] = "Bearer" }
    }
    if !exchange.allowed.isEmpty { reply.fields[.allow] = exchange.allowed.joined(separator: ", ") }
    return reply
  }

  private func page(
    _ problem: Problem, _ head: RequestHead, _ exchange: Exchange<Place, Session>, _ pages: PageRules<Place, Session>
  ) async -> Reply {
    switch problem.code {
    case "unauthorized": return visit(ReturnPath.signIn(pages.signInPath, from: head), head)
    case "password_change_required":
      if let path = pages.passwordPath { return visit(path, head) }
    default: break
    }
    let html = await pages.renderProblem(problem, head, exchange.place, exchange.session)
    // 402 is for the API: a page whose feature is not licensed is there, and says which plan has it.
    let isUpsell = problem.status == 402 && head.isSafe
    var reply = Reply.html(html, status: isUpsell ? 200 : problem.status)
    reply.addFields(of: problem)
    return reply
  }

  /// htmx would put the sign-in into the middle of the page; told by header, it goes there.
  private func visit(_ location: String, _ head: RequestHead) -> Reply {
    guard head.isFragment else { return .redirect(to: location) }
    return Reply(status: 401).with(header: .htmxRedirect, location)
  }
}

extension HTTPField.Name {
  static let htmxRedirect = HTTPField.Name("HX-Redirect")!
}
