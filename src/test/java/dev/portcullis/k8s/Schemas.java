package dev.portcullis.k8s;

import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.google.gson.Gson;
import com.google.gson.JsonElement;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Ingress;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscaler;
import io.vertx.core.json.JsonObject;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The schemas of Kubernetes, of the Gateway API and of the Prometheus operator, as classes that were generated from them. Those of
 * Kubernetes find unknown fields, missing ones and wrong types; the others unknown fields and wrong types.
 */
final class Schemas {
    private static final Map<String, Class<?>> NATIVE = Map.ofEntries(
            Map.entry("v1 Namespace", V1Namespace.class),
            Map.entry("v1 ServiceAccount", V1ServiceAccount.class),
            Map.entry("v1 Service", V1Service.class),
            Map.entry("v1 ConfigMap", V1ConfigMap.class),
            Map.entry("v1 Secret", V1Secret.class),
            Map.entry("apps/v1 Deployment", V1Deployment.class),
            Map.entry("policy/v1 PodDisruptionBudget", V1PodDisruptionBudget.class),
            Map.entry("autoscaling/v2 HorizontalPodAutoscaler", V2HorizontalPodAutoscaler.class),
            Map.entry("networking.k8s.io/v1 Ingress", V1Ingress.class),
            Map.entry("networking.k8s.io/v1 NetworkPolicy", V1NetworkPolicy.class));
    private static final Map<String, Class<?>> FOREIGN = Map.of(
            "gateway.networking.k8s.io/v1 HTTPRoute", HTTPRoute.class,
            "monitoring.coreos.com/v1 ServiceMonitor", ServiceMonitor.class,
            "monitoring.coreos.com/v1 PrometheusRule", PrometheusRule.class);

    private Schemas() {}

    /** Throws for what its kind does not allow, and for a kind that is not known. */
    static void validate(JsonObject document) throws Throwable {
        String type = document.getString("apiVersion") + " " + document.getString("kind");
        if (NATIVE.containsKey(type)) {
            validateNative(NATIVE.get(type), document);
        } else if (FOREIGN.containsKey(type)) {
            validateForeign(FOREIGN.get(type), document);
        } else {
            throw new IllegalArgumentException("unknown kind: " + type);
        }
    }

    private static void validateNative(Class<?> type, JsonObject document) throws Throwable {
        JsonElement element = new Gson().fromJson(document.encode(), JsonElement.class);
        try {
            type.getMethod("validateJsonElement", JsonElement.class).invoke(null, element);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
        if (JSON.getGson().fromJson(element, type) == null) {
            throw new IllegalArgumentException("an empty document");
        }
    }

    private static void validateForeign(Class<?> type, JsonObject document) throws ReflectiveOperationException {
        ObjectMapper mapper = JsonMapper.builder()
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .withCoercionConfig(
                        LogicalType.Textual,
                        text -> text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                                .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                                .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
                .build();
        List<String> unknown = new ArrayList<>();
        unknown(mapper.convertValue(document.getMap(), type), unknown);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("unknown fields: " + unknown);
        }
    }

    /** The generated classes keep what they do not know, each for itself. */
    private static void unknown(Object value, List<String> found) throws ReflectiveOperationException {
        if (value instanceof Collection<?> many) {
            for (Object one : many) {
                unknown(one, found);
            }
        } else if (value != null
                && !(value instanceof Enum)
                && value.getClass().getName().startsWith("io.fabric8.")) {
            for (Method method : value.getClass().getMethods()) {
                if (method.getParameterCount() == 0 && method.getName().startsWith("get")) {
                    Object property = method.invoke(value);
                    if (method.getName().equals("getAdditionalProperties")) {
                        ((Map<?, ?>) property).keySet().forEach(name -> found.add((String) name));
                    } else {
                        unknown(property, found);
                    }
                }
            }
        }
    }
}
