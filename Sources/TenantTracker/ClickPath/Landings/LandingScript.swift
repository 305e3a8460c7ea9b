import Core

/// The script in every local landing: `window.__trackily.reportStep(n, name)`, step 1 by itself, and the buttons of the
/// call to action that are no links. It works in a sandbox: nothing it sends carries a cookie.
enum LandingScript {
  /// About how long it is with its values.
  static let length = source.utf8CodeUnitCount + 400

  /// `c` is the click's id or empty, `o` the call-to-action link or empty.
  private static let source: StaticString = """
    <script>(function(w,d,c,o){var u=location.protocol+"//"+location.host,s={};function f(p,b){b=JSON.stringify(b);\
    if(w.fetch)fetch(u+p,{method:"POST",body:b,keepalive:true,credentials:"omit"}).catch(function(){});\
    else if(navigator.sendBeacon)navigator.sendBeacon(u+p,b)}\
    function r(n,m){n=Math.floor(Number(n));if(!c||!(n>0&&n<101)||s[n])return;s[n]=1;\
    f("/api/step",{click_id:c,step:n,name:m==null?"":String(m).slice(0,100)})}\
    w.__trackily={clickId:c,offerUrl:o,reportStep:r};function l(){r(1,"Page view")}\
    if(d.readyState==="loading")d.addEventListener("DOMContentLoaded",l);else l();\
    d.addEventListener("click",function(e){for(var t=e.target;t&&t.getAttribute;t=t.parentNode){\
    var h=t.getAttribute("href");if(h==="#offer"||t.hasAttribute("data-offer")||\
    (" "+t.getAttribute("class")+" ").indexOf(" trackily-cta ")>=0){\
    if(t.tagName==="A"&&h&&h!=="#"&&h!=="#offer")return;e.preventDefault();\
    if(o)location.href=o.charAt(0)==="/"?u+o:o;return}}})})
    """

  static func append(to page: inout [UInt8], click: [UInt8]?, link: [UInt8]?) {
    let script = PageContext(language: .script, hasReferences: false)
    page.append(contentsOf: source.bytes)
    page.append(contentsOf: "(window,document,\"".utf8)
    page.append(contentsOf: click ?? [])
    page.append(contentsOf: "\",\"".utf8)
    page.append(link: link ?? [], in: script)
    page.append(contentsOf: "\")</script>".utf8)
  }
}
