// SPDX-License-Identifier: MIT

import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * WsJdk URL leave|stay [SUBPROTOCOL]: java.net.http's WebSocket client, run from source. It never says which port it has, so it asks the
 * server ({"do":"who"}) and logs under that name. It answers pings by itself, after onPing.
 */
public class WsJdk implements WebSocket.Listener {
    static final List<String> lines = new ArrayList<>();
    static final CompletableFuture<Void> over = new CompletableFuture<>();
    static volatile String who;
    final StringBuilder text = new StringBuilder();
    final java.io.ByteArrayOutputStream binary = new java.io.ByteArrayOutputStream();

    static synchronized void log(String direction, String opcode, byte[] payload) {
        try {
            String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(payload));
            lines.add("\"message\":{\"direction\":\"" + direction + "\",\"opcode\":\"" + opcode + "\",\"length\":" + payload.length
                + ",\"sha256\":\"" + hash + "\"}");
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static byte[] bytes(String s) {
        return s.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] bytes(ByteBuffer b) {
        byte[] out = new byte[b.remaining()];
        b.duplicate().get(out);
        return out;
    }

    static byte[] closing(int code, String reason) {
        if (code == WebSocket.NORMAL_CLOSURE + 5) {
            return new byte[0];
        }
        ByteBuffer b = ByteBuffer.allocate(2 + bytes(reason).length);
        return b.putShort((short) code).put(bytes(reason)).array();
    }

    @Override
    public CompletionStage<?> onText(WebSocket ws, CharSequence part, boolean last) {
        text.append(part);
        if (last) {
            String all = text.toString();
            text.setLength(0);
            log("to-client", "text", bytes(all));
            if (all.startsWith("{\"client\"")) {
                who = all;
            }
        }
        ws.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket ws, ByteBuffer part, boolean last) {
        binary.writeBytes(bytes(part));
        if (last) {
            log("to-client", "binary", binary.toByteArray());
            binary.reset();
        }
        ws.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onPing(WebSocket ws, ByteBuffer data) {
        log("to-client", "ping", bytes(data));
        log("to-server", "pong", bytes(data));
        ws.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onPong(WebSocket ws, ByteBuffer data) {
        log("to-client", "pong", bytes(data));
        ws.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket ws, int code, String reason) {
        log("to-client", "close", closing(code, reason));
        if (!ws.isOutputClosed()) {
            log("to-server", "close", closing(code, "")); // the JDK answers so when this returns null
        }
        over.complete(null);
        return null;
    }

    @Override
    public void onError(WebSocket ws, Throwable error) {
        over.completeExceptionally(error);
    }

    static void send(WebSocket ws, String data) {
        log("to-server", "text", bytes(data));
        ws.sendText(data, true).join();
    }

    public static void main(String[] args) throws Exception {
        WebSocket.Builder builder = HttpClient.newHttpClient().newWebSocketBuilder();
        if (args.length > 2) {
            builder.subprotocols(args[2]);
        }
        WebSocket ws = builder.buildAsync(URI.create(args[0]), new WsJdk()).join();
        send(ws, "{\"do\":\"who\"}");
        send(ws, "hello from the JDK, \u00e4\u00f6\u00fc \u2693");
        send(ws, "{\"do\":\"send\",\"length\":3000}");
        byte[] count = new byte[600];
        for (int i = 0; i < count.length; i++) {
            count[i] = (byte) i;
        }
        log("to-server", "binary", count);
        ws.sendBinary(ByteBuffer.wrap(count), true).join();
        log("to-server", "ping", bytes("jdk ping"));
        ws.sendPing(ByteBuffer.wrap(bytes("jdk ping"))).join();
        Thread.sleep(200);
        String part = "The harbour officer opens the hold. ".repeat(30);
        ws.sendText(part, false).join();
        log("to-server", "ping", bytes("between parts"));
        ws.sendPing(ByteBuffer.wrap(bytes("between parts"))).join();
        ws.sendText(part, false).join();
        log("to-server", "text", bytes(part + part + "The end."));
        ws.sendText("The end.", true).join();
        send(ws, "{\"do\":\"fragments\",\"length\":2500,\"parts\":5}");
        Thread.sleep(200); // the pong that this draws leaves on a thread of its own
        send(ws, "x".repeat(20000)); // the JDK itself makes fragments of 16 KiB
        Thread.sleep(1500);
        if (args[1].equals("leave")) {
            log("to-server", "close", closing(3002, "ship sails"));
            ws.sendClose(3002, "ship sails").join();
        } else {
            send(ws, "{\"do\":\"close\",\"code\":4001,\"reason\":\"harbour closes\"}");
        }
        over.join();
        Thread.sleep(100);
        try (PrintWriter out = new PrintWriter(System.getenv("LAB_LOG") + "/WsJdk." + ProcessHandle.current().pid() + ".jsonl")) {
            String key = who.substring(0, who.length() - 1) + ",\"by\":\"client\",";
            out.println(key + "\"fact\":{\"client_is\":\"java.net.http " + System.getProperty("java.version") + "\"}}");
            for (String line : lines) {
                out.println(key + line + "}");
            }
        }
        System.exit(0); // its selector thread would live on
    }
}
