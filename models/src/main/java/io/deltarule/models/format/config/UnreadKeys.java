package io.deltarule.models.format.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.deltarule.core.InvalidInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a config says that its format did not ask for. Most of it belongs to training or to other programs. A key that is known
 * to change what a model computes, that another one contradicts, or that is a key of the format but for a letter, is refused:
 * such a model would load and be wrong. Of the rest the caller is told.
 */
public final class UnreadKeys {
    /** transformers' own, of any model. */
    private static final String COMMON = """
            architectures auto_map bad_words_ids begin_suppress_tokens bos_token_id chunk_size_feed_forward dtype
            decoder_start_token_id eos_token_id finetuning_task forced_bos_token_id forced_eos_token_id id2label is_decoder
            is_encoder_decoder label2id model_type name_or_path output_attentions output_hidden_states output_scores
            pad_token_id problem_type return_dict sep_token_id suppress_tokens task_specific_params tie_encoder_decoder
            tie_word_embeddings tokenizer_class torch_dtype torchscript use_bfloat16 use_cache unk_token_id
            cross_attention_hidden_size add_cross_attention pruned_heads prefix""";

    /** Of generation, which older configs have among the others. */
    private static final String GENERATION = """
            do_sample temperature top_k top_p max_length min_length num_beams num_beam_groups diversity_penalty
            length_penalty repetition_penalty no_repeat_ngram_size encoder_no_repeat_ngram_size typical_p early_stopping
            num_return_sequences remove_invalid_values exponential_decay_length_penalty return_dict_in_generate
            tf_legacy_loss""";

    /** How weights begin, how they are trained, what they are computed with. */
    private static final String TRAINING = """
            initializer_range initializer_factor attention_dropout hidden_dropout dropout gradient_checkpointing
            router_aux_loss_coef output_router_logits router_jitter_noise aux_loss_alpha seq_aux attn_mode
            attn_implementation fuse_norm fuse_swiglu fuse_cross_entropy fuse_linear_cross_entropy use_l2warp
            pretraining_tp ep_size mamba_ssm_dtype linear_a_log_min linear_a_log_max linear_dt_min linear_dt_max
            linear_dt_init_floor max_window_layers norm_first A_init_range dt_min dt_max dt_init_floor conv_init
            time_step_rank time_step_min time_step_max time_step_floor rescale_prenorm_residual residual_in_fp32
            chunk_size mamba_chunk_size""";

    /** Parts that are not run here, and what other keys say too. */
    private static final String PARTS = """
            mtp_num_hidden_layers mtp_use_dedicated_embeddings num_nextn_predict_layers vision_config image_token_id
            video_token_id vision_start_token_id vision_end_token_id language_model_only qk_head_dim head_dim
            mlp_layer_types mlp_only_layers layer_types full_attention_interval hidden_ratio use_grouped_topk rope_theta
            num_key_value_heads intermediate_size max_position_embeddings linear_attn_config sliding_window
            partial_rotary_factor rope_type mrope_section mrope_interleaved num_experts_per_tok num_experts_per_token
            moe_intermediate_size shared_expert_intermediate_size num_shared_experts n_shared_experts norm_topk_prob
            moe_renormalize routed_scaling_factor decoder_sparse_step""";

    /** Nothing here changes what a trained model computes. */
    private static final Set<String> HARMLESS = Stream.of(COMMON, GENERATION, TRAINING, PARTS)
            .flatMap(keys -> Stream.of(keys.strip().split("\\s+")))
            .collect(Collectors.toUnmodifiableSet());

    /** Of private keys, and of tools that write into configs. */
    private static final List<String> BEGINNINGS = List.of("_", "unsloth_", "transformers", "trl_", "peft_");

    /** What these keys have to say where a format does not read them. */
    private static final Map<String, String> NEUTRAL = Map.ofEntries(
            Map.entry("attention_bias", "false"),
            Map.entry("mlp_bias", "false"),
            Map.entry("use_bias", "false"),
            Map.entry("bias", "false"),
            Map.entry("qkv_bias", "false"),
            Map.entry("use_qkv_bias", "false"),
            Map.entry("lm_head_bias", "false"),
            Map.entry("use_sliding_window", "false"),
            Map.entry("use_parallel_residual", "false"),
            Map.entry("parallel_residual", "false"),
            Map.entry("alibi", "false"),
            Map.entry("rope_interleave", "false"),
            Map.entry("scale_embeddings", "false"),
            Map.entry("normalize_embeddings", "false"),
            Map.entry("use_output_norm", "true"),
            Map.entry("elementwise_affine", "true"),
            Map.entry("use_mamba_gate", "true"),
            Map.entry("use_mva", "false"),
            Map.entry("use_residual", "false"),
            Map.entry("share_conv_kernel", "false"),
            Map.entry("gate_fn", "swish"),
            Map.entry("is_causal", "true"),
            Map.entry("final_logit_softcapping", "0"),
            Map.entry("attn_logit_softcapping", "0"),
            Map.entry("logits_soft_cap", "0"),
            Map.entry("clip_qkv", "0"),
            Map.entry("logit_scale", "1"),
            Map.entry("logits_scaling", "1"),
            Map.entry("embedding_multiplier", "1"),
            Map.entry("residual_multiplier", "1"));

    /** Shorter names differ from others in a letter, or in two, by chance. */
    private static final int LONG = 6;

    private static final int LONGER = 10;

    private UnreadKeys() {}

    /**
     * Looks at a config of which programs have been made.
     *
     * @return keys that nobody asked for and that are not known to be harmless
     * @throws InvalidInputException if one of them says that the model is another than was made
     */
    public static List<String> check(ConfigObject config) {
        ConfigObject text = config.object("text_config");
        List<String> told = new ArrayList<>();
        Set<String> absent = config.absent();
        for (Map.Entry<String, JsonNode> unread : config.unread().entrySet()) {
            String key = unread.getKey();
            JsonNode value = unread.getValue();
            String neutral = NEUTRAL.get(key);
            if (neutral != null) {
                if (!isNeutral(value, neutral)) {
                    throw refused(key, neutral + ", since nothing else is supported for this model", value);
                }
            } else if (!HARMLESS.contains(key) && BEGINNINGS.stream().noneMatch(key::startsWith)) {
                if (text != null && config.contradicts(text, key)) {
                    throw refused(key, "what text_config says of it", value);
                }
                for (String own : absent) {
                    if (nearly(key, own)) {
                        throw refused(key, "perhaps " + own + ", a key of this model that is not there", value);
                    }
                }
                told.add(key);
            }
        }
        return told;
    }

    private static boolean isNeutral(JsonNode value, String neutral) {
        return switch (neutral) {
            case "true" -> value.isBoolean() && value.booleanValue();
            case "swish" -> value.asText().equals("swish") || value.asText().equals("silu");
            case "1" -> value.isNumber() && value.doubleValue() == 1;
            default -> value.isNumber() ? value.doubleValue() == 0 : value.isBoolean() && !value.booleanValue();
        };
    }

    private static InvalidInputException refused(String key, String expected, JsonNode value) {
        return new InvalidInputException("config.json: " + MessageText.text(key) + ": expected " + expected
                + ", but found " + MessageText.text(value.toString()) + "; mend or remove it");
    }

    /** Whether two keys are the same but for signs and capitals, or for a letter or two of a longer name. */
    static boolean nearly(String a, String b) {
        String left = letters(a);
        String right = letters(b);
        int length = Math.min(left.length(), right.length());
        return distance(left, right) <= (length >= LONGER ? 2 : length >= LONG ? 1 : 0);
    }

    private static String letters(String key) {
        return key.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }

    /** Levenshtein's: how many letters are to be put in, left out or changed. */
    static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int changed = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
