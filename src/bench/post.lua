-- One MCP call, over and over, with the token of the environment.
wrk.method = "POST"
wrk.body = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"message":"hello"}}}'
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Accept"] = "application/json, text/event-stream"
wrk.headers["MCP-Protocol-Version"] = "2025-11-25"
wrk.headers["Authorization"] = "Bearer " .. os.getenv("TOKEN")

-- Milliseconds between the requests of a connection, on average; scattered, so that the connections do not march in step.
local pause = tonumber(os.getenv("PAUSE") or "0")
if pause > 0 then
  delay = function() return math.random() * 2 * pause end
end
