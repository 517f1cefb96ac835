// SPDX-License-Identifier: MIT

import java.io.File;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.servlet.FilterChain;
import javax.servlet.GenericFilter;
import javax.servlet.ServletContextEvent;
import javax.servlet.ServletContextListener;
import javax.servlet.ServletException;
import javax.servlet.ServletRequest;
import javax.servlet.ServletResponse;
import javax.websocket.CloseReason;
import javax.websocket.Endpoint;
import javax.websocket.EndpointConfig;
import javax.websocket.MessageHandler;
import javax.websocket.RemoteEndpoint;
import javax.websocket.Session;
import javax.websocket.server.ServerContainer;
import javax.websocket.server.ServerEndpointConfig;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.apache.tomcat.websocket.server.WsSci;

/** WsTomcat ADDRESS PORT FOLDER: Tomcat, embedded, run from source. Tomcat answers pings itself and tells nobody: only messages are logged. */
public class WsTomcat {
    static PrintWriter out;
    static final ThreadLocal<String> key = new ThreadLocal<>(); // a WebSocket session does not tell its ports; the handshake's request does

    static synchronized void line(String key, String rest) {
        out.println(key + rest + "}");
        out.flush();
    }

    static void message(String key, String direction, String opcode, byte[] payload) {
        try {
            String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(payload));
            line(key, "\"message\":{\"direction\":\"" + direction + "\",\"opcode\":\"" + opcode + "\",\"length\":" + payload.length
                + ",\"sha256\":\"" + hash + "\"}");
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static byte[] bytes(String s) {
        return s.getBytes(StandardCharsets.UTF_8);
    }

    static String name(String host, int port) {
        return host.contains(":") ? "[" + host + "]:" + port : host + ":" + port;
    }

    public static class Names extends GenericFilter {
        @Override
        public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws java.io.IOException, ServletException {
            key.set("{\"client\":\"" + name(request.getRemoteAddr(), request.getRemotePort()) + "\",\"server\":\""
                + name(request.getLocalAddr(), request.getLocalPort()) + "\",\"by\":\"server\",");
            chain.doFilter(request, response);
        }
    }

    public static class Echo extends Endpoint {
        @Override
        public void onOpen(Session session, EndpointConfig config) {
            String name = key.get();
            line(name, "\"fact\":{\"server_is\":\"Tomcat 9.0.70\"}");
            RemoteEndpoint.Basic peer = session.getBasicRemote();
            session.setMaxTextMessageBufferSize(1 << 20);
            session.setMaxBinaryMessageBufferSize(1 << 20);
            session.addMessageHandler(String.class, (MessageHandler.Whole<String>) text -> onText(name, session, peer, text));
            session.addMessageHandler(byte[].class, (MessageHandler.Whole<byte[]>) data -> {
                message(name, "to-server", "binary", data);
                message(name, "to-client", "binary", data);
                unchecked(() -> peer.sendBinary(ByteBuffer.wrap(data)));
            });
        }
    }

    interface Act {
        void run() throws Exception;
    }

    static void unchecked(Act act) {
        try {
            act.run();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    static int number(String order, String word) {
        Matcher m = Pattern.compile("\"" + word + "\":(\\d+)").matcher(order);
        return m.find() ? Integer.parseInt(m.group(1)) : 0;
    }

    static void onText(String name, Session session, RemoteEndpoint.Basic peer, String text) {
        message(name, "to-server", "text", bytes(text));
        String words = "The harbour officer opens the hold. ".repeat(number(text, "length") / 36 + 1);
        String body = words.substring(0, number(text, "length"));
        if (text.startsWith("{\"do\":\"send\"")) {
            message(name, "to-client", "text", bytes(body));
            unchecked(() -> peer.sendText(body));
        } else if (text.startsWith("{\"do\":\"fragments\"")) {
            int parts = number(text, "parts"), step = (body.length() + parts - 1) / parts;
            message(name, "to-client", "text", bytes(body));
            for (int i = 0; i < parts; i++) {
                String part = body.substring(i * step, Math.min(body.length(), (i + 1) * step));
                boolean last = i == parts - 1;
                unchecked(() -> peer.sendText(part, last));
            }
        } else if (text.startsWith("{\"do\":\"close\"")) {
            int code = number(text, "code");
            unchecked(() -> session.close(new CloseReason(CloseReason.CloseCodes.getCloseCode(code), "harbour closes")));
        } else {
            message(name, "to-client", "text", bytes(text));
            unchecked(() -> peer.sendText(text));
        }
    }

    public static void main(String[] args) throws Exception {
        out = new PrintWriter(System.getenv("LAB_LOG") + "/WsTomcat." + ProcessHandle.current().pid() + ".jsonl");
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(args[2]);
        tomcat.setHostname(args[0]);
        tomcat.setPort(Integer.parseInt(args[1]));
        tomcat.getConnector().setProperty("address", args[0]);
        Context context = tomcat.addContext("", new File(args[2]).getAbsolutePath());
        FilterDef def = new FilterDef();
        def.setFilterName("names");
        def.setFilter(new Names());
        def.setAsyncSupported("true");
        context.addFilterDef(def);
        FilterMap map = new FilterMap();
        map.setFilterName("names");
        map.addURLPattern("/*");
        context.addFilterMap(map); // before Tomcat's own filter, which answers the handshake
        context.addServletContainerInitializer(new WsSci(), null);
        context.addServletContainerInitializer((classes, sc) -> sc.addListener(new ServletContextListener() {
            @Override
            public void contextInitialized(ServletContextEvent event) {
                ServerContainer container = (ServerContainer) event.getServletContext().getAttribute(ServerContainer.class.getName());
                unchecked(() -> container.addEndpoint(ServerEndpointConfig.Builder.create(Echo.class, "/echo").build()));
            }
        }), null);
        Tomcat.addServlet(context, "default", new org.apache.catalina.servlets.DefaultServlet());
        context.addServletMappingDecoded("/", "default");
        tomcat.start();
        tomcat.getServer().await();
    }
}
