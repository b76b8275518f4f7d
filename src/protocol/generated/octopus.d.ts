// Generated from proto/octopus/v1 by `npm run proto`; edit those files instead.
import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace octopus. */
export namespace octopus {

    /** Namespace v1. */
    namespace v1 {

        /**
         * Properties of an Assignment.
         * @deprecated Use octopus.v1.Assignment.$Properties instead.
         */
        interface IAssignment extends octopus.v1.Assignment.$Properties {
        }

        /** Represents an Assignment. */
        class Assignment {

            /**
             * Constructs a new Assignment.
             * @param [properties] Properties to set
             */
            constructor(properties?: octopus.v1.Assignment.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Assignment seq. */
            seq: number;

            /** Assignment attempt. */
            attempt: number;

            /** Assignment task. */
            task: Uint8Array;

            /** Assignment checkpoint. */
            checkpoint: Uint8Array;

            /** Assignment attemptsBefore. */
            attemptsBefore: number;

            /** Assignment parents. */
            parents: Uint8Array;

            /** Assignment parts. */
            parts?: (octopus.v1.PartResults.$Properties|null);

            /**
             * Encodes the specified Assignment message. Does not implicitly {@link octopus.v1.Assignment.verify|verify} messages.
             * @param message Assignment message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: octopus.v1.Assignment.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Assignment message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {octopus.v1.Assignment & octopus.v1.Assignment.$Shape} Assignment
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): octopus.v1.Assignment & octopus.v1.Assignment.$Shape;
        }

        namespace Assignment {

            /** Properties of an Assignment. */
            interface $Properties {

                /** Assignment seq */
                seq?: (number|null);

                /** Assignment attempt */
                attempt?: (number|null);

                /** Assignment task */
                task?: (Uint8Array|null);

                /** Assignment checkpoint */
                checkpoint?: (Uint8Array|null);

                /** Assignment attemptsBefore */
                attemptsBefore?: (number|null);

                /** Assignment parents */
                parents?: (Uint8Array|null);

                /** Assignment parts */
                parts?: (octopus.v1.PartResults.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Assignment. */
            type $Shape = octopus.v1.Assignment.$Properties;
        }

        /**
         * Properties of a PartResults.
         * @deprecated Use octopus.v1.PartResults.$Properties instead.
         */
        interface IPartResults extends octopus.v1.PartResults.$Properties {
        }

        /** Represents a PartResults. */
        class PartResults {

            /**
             * Constructs a new PartResults.
             * @param [properties] Properties to set
             */
            constructor(properties?: octopus.v1.PartResults.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PartResults json. */
            json: Uint8Array[];

            /** PartResults binary. */
            binary: Uint8Array[];

            /** PartResults unavailable. */
            unavailable: boolean;

            /**
             * Encodes the specified PartResults message. Does not implicitly {@link octopus.v1.PartResults.verify|verify} messages.
             * @param message PartResults message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: octopus.v1.PartResults.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PartResults message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {octopus.v1.PartResults & octopus.v1.PartResults.$Shape} PartResults
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): octopus.v1.PartResults & octopus.v1.PartResults.$Shape;
        }

        namespace PartResults {

            /** Properties of a PartResults. */
            interface $Properties {

                /** PartResults json */
                json?: (Uint8Array[]|null);

                /** PartResults binary */
                binary?: (Uint8Array[]|null);

                /** PartResults unavailable */
                unavailable?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PartResults. */
            type $Shape = octopus.v1.PartResults.$Properties;
        }

        /**
         * Properties of an AssignmentBatch.
         * @deprecated Use octopus.v1.AssignmentBatch.$Properties instead.
         */
        interface IAssignmentBatch extends octopus.v1.AssignmentBatch.$Properties {
        }

        /** Represents an AssignmentBatch. */
        class AssignmentBatch {

            /**
             * Constructs a new AssignmentBatch.
             * @param [properties] Properties to set
             */
            constructor(properties?: octopus.v1.AssignmentBatch.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** AssignmentBatch assignments. */
            assignments: octopus.v1.Assignment.$Properties[];

            /**
             * Encodes the specified AssignmentBatch message. Does not implicitly {@link octopus.v1.AssignmentBatch.verify|verify} messages.
             * @param message AssignmentBatch message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: octopus.v1.AssignmentBatch.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AssignmentBatch message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {octopus.v1.AssignmentBatch & octopus.v1.AssignmentBatch.$Shape} AssignmentBatch
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): octopus.v1.AssignmentBatch & octopus.v1.AssignmentBatch.$Shape;
        }

        namespace AssignmentBatch {

            /** Properties of an AssignmentBatch. */
            interface $Properties {

                /** AssignmentBatch assignments */
                assignments?: (octopus.v1.Assignment.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an AssignmentBatch. */
            type $Shape = octopus.v1.AssignmentBatch.$Properties;
        }

        /**
         * Properties of a ParentResults.
         * @deprecated Use octopus.v1.ParentResults.$Properties instead.
         */
        interface IParentResults extends octopus.v1.ParentResults.$Properties {
        }

        /** Represents a ParentResults. */
        class ParentResults {

            /**
             * Constructs a new ParentResults.
             * @param [properties] Properties to set
             */
            constructor(properties?: octopus.v1.ParentResults.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ParentResults results. */
            results: octopus.v1.ParentResult.$Properties[];

            /** ParentResults tooLargeBytes. */
            tooLargeBytes: number;

            /**
             * Encodes the specified ParentResults message. Does not implicitly {@link octopus.v1.ParentResults.verify|verify} messages.
             * @param message ParentResults message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: octopus.v1.ParentResults.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ParentResults message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {octopus.v1.ParentResults & octopus.v1.ParentResults.$Shape} ParentResults
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): octopus.v1.ParentResults & octopus.v1.ParentResults.$Shape;
        }

        namespace ParentResults {

            /** Properties of a ParentResults. */
            interface $Properties {

                /** ParentResults results */
                results?: (octopus.v1.ParentResult.$Properties[]|null);

                /** ParentResults tooLargeBytes */
                tooLargeBytes?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ParentResults. */
            type $Shape = octopus.v1.ParentResults.$Properties;
        }

        /**
         * Properties of a ParentResult.
         * @deprecated Use octopus.v1.ParentResult.$Properties instead.
         */
        interface IParentResult extends octopus.v1.ParentResult.$Properties {
        }

        /** Represents a ParentResult. */
        class ParentResult {

            /**
             * Constructs a new ParentResult.
             * @param [properties] Properties to set
             */
            constructor(properties?: octopus.v1.ParentResult.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ParentResult id. */
            id: string;

            /** ParentResult result. */
            result: Uint8Array;

            /** ParentResult binary. */
            binary: boolean;

            /** ParentResult dropped. */
            dropped: boolean;

            /**
             * Encodes the specified ParentResult message. Does not implicitly {@link octopus.v1.ParentResult.verify|verify} messages.
             * @param message ParentResult message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: octopus.v1.ParentResult.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ParentResult message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {octopus.v1.ParentResult & octopus.v1.ParentResult.$Shape} ParentResult
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): octopus.v1.ParentResult & octopus.v1.ParentResult.$Shape;
        }

        namespace ParentResult {

            /** Properties of a ParentResult. */
            interface $Properties {

                /** ParentResult id */
                id?: (string|null);

                /** ParentResult result */
                result?: (Uint8Array|null);

                /** ParentResult binary */
                binary?: (boolean|null);

                /** ParentResult dropped */
                dropped?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ParentResult. */
            type $Shape = octopus.v1.ParentResult.$Properties;
        }

        /**
         * Properties of a Report.
         * @deprecated Use octopus.v1.Report.$Properties instead.
         */
        interface IReport extends octopus.v1.Report.$Properties {
        }

        /** Represents a Report. */
        class Report {

            /**
             * Constructs a new Report.
             * @param [properties] Properties to set
             */
            constructor(properties?: octopus.v1.Report.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Report index. */
            index: number;

            /** Report startedAtMs. */
            startedAtMs: number;

            /** Report runMs. */
            runMs: number;

            /** Report success. */
            success?: (octopus.v1.Success.$Properties|null);

            /** Report failure. */
            failure?: (octopus.v1.Failure.$Properties|null);

            /** Report logs. */
            logs: octopus.v1.LogLine.$Properties[];

            /** Report late. */
            late: boolean;

            /** Report leftovers. */
            leftovers: string[];

            /** Report outcome. */
            outcome?: ("success"|"failure");

            /**
             * Encodes the specified Report message. Does not implicitly {@link octopus.v1.Report.verify|verify} messages.
             * @param message Report message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: octopus.v1.Report.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Report message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {octopus.v1.Report & octopus.v1.Report.$Shape} Report
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): octopus.v1.Report & octopus.v1.Report.$Shape;
        }

        namespace Report {

            /** Properties of a Report. */
            interface $Properties {

                /** Report index */
                index?: (number|null);

                /** Report startedAtMs */
                startedAtMs?: (number|null);

                /** Report runMs */
                runMs?: (number|null);

                /** Report success */
                success?: (octopus.v1.Success.$Properties|null);

                /** Report failure */
                failure?: (octopus.v1.Failure.$Properties|null);

                /** Report logs */
                logs?: (octopus.v1.LogLine.$Properties[]|null);

                /** Report late */
                late?: (boolean|null);

                /** Report leftovers */
                leftovers?: (string[]|null);

                /** Report outcome */
                outcome?: ("success"|"failure");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a Report. */
            type $Shape = {
              index?: number|null;
              startedAtMs?: number|null;
              runMs?: number|null;
              success?: octopus.v1.Success.$Shape|null;
              failure?: octopus.v1.Failure.$Shape|null;
              logs?: octopus.v1.LogLine.$Shape[]|null;
              late?: boolean|null;
              leftovers?: string[]|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ outcome?: undefined; success?: null; failure?: null }|{ outcome?: "success"; success: octopus.v1.Success.$Shape; failure?: null }|{ outcome?: "failure"; success?: null; failure: octopus.v1.Failure.$Shape })
            );
        }

        /**
         * Properties of a Success.
         * @deprecated Use octopus.v1.Success.$Properties instead.
         */
        interface ISuccess extends octopus.v1.Success.$Properties {
        }

        /** Represents a Success. */
        class Success {

            /**
             * Constructs a new Success.
             * @param [properties] Properties to set
             */
            constructor(properties?: octopus.v1.Success.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Success result. */
            result: Uint8Array;

            /** Success binary. */
            binary: boolean;

            /**
             * Encodes the specified Success message. Does not implicitly {@link octopus.v1.Success.verify|verify} messages.
             * @param message Success message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: octopus.v1.Success.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Success message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {octopus.v1.Success & octopus.v1.Success.$Shape} Success
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): octopus.v1.Success & octopus.v1.Success.$Shape;
        }

        namespace Success {

            /** Properties of a Success. */
            interface $Properties {

                /** Success result */
                result?: (Uint8Array|null);

                /** Success binary */
                binary?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Success. */
            type $Shape = octopus.v1.Success.$Properties;
        }

        /**
         * Properties of a Failure.
         * @deprecated Use octopus.v1.Failure.$Properties instead.
         */
        interface IFailure extends octopus.v1.Failure.$Properties {
        }

        /** Represents a Failure. */
        class Failure {

            /**
             * Constructs a new Failure.
             * @param [properties] Properties to set
             */
            constructor(properties?: octopus.v1.Failure.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Failure reason. */
            reason: string;

            /** Failure name. */
            name: string;

            /** Failure message. */
            message: string;

            /** Failure code. */
            code: string;

            /** Failure stack. */
            stack: string;

            /** Failure cause. */
            cause?: (octopus.v1.Failure.$Properties|null);

            /** Failure final. */
            final: boolean;

            /** Failure retryAfterMs. */
            retryAfterMs: number;

            /** Failure root. */
            root: string;

            /**
             * Encodes the specified Failure message. Does not implicitly {@link octopus.v1.Failure.verify|verify} messages.
             * @param message Failure message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: octopus.v1.Failure.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Failure message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {octopus.v1.Failure & octopus.v1.Failure.$Shape} Failure
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): octopus.v1.Failure & octopus.v1.Failure.$Shape;
        }

        namespace Failure {

            /** Properties of a Failure. */
            interface $Properties {

                /** Failure reason */
                reason?: (string|null);

                /** Failure name */
                name?: (string|null);

                /** Failure message */
                message?: (string|null);

                /** Failure code */
                code?: (string|null);

                /** Failure stack */
                stack?: (string|null);

                /** Failure cause */
                cause?: (octopus.v1.Failure.$Properties|null);

                /** Failure final */
                final?: (boolean|null);

                /** Failure retryAfterMs */
                retryAfterMs?: (number|null);

                /** Failure root */
                root?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Failure. */
            type $Shape = octopus.v1.Failure.$Properties;
        }

        /**
         * Properties of a LogLine.
         * @deprecated Use octopus.v1.LogLine.$Properties instead.
         */
        interface ILogLine extends octopus.v1.LogLine.$Properties {
        }

        /** Represents a LogLine. */
        class LogLine {

            /**
             * Constructs a new LogLine.
             * @param [properties] Properties to set
             */
            constructor(properties?: octopus.v1.LogLine.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** LogLine atMs. */
            atMs: number;

            /** LogLine level. */
            level: string;

            /** LogLine text. */
            text: string;

            /**
             * Encodes the specified LogLine message. Does not implicitly {@link octopus.v1.LogLine.verify|verify} messages.
             * @param message LogLine message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: octopus.v1.LogLine.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a LogLine message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {octopus.v1.LogLine & octopus.v1.LogLine.$Shape} LogLine
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): octopus.v1.LogLine & octopus.v1.LogLine.$Shape;
        }

        namespace LogLine {

            /** Properties of a LogLine. */
            interface $Properties {

                /** LogLine atMs */
                atMs?: (number|null);

                /** LogLine level */
                level?: (string|null);

                /** LogLine text */
                text?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a LogLine. */
            type $Shape = octopus.v1.LogLine.$Properties;
        }

        /**
         * Properties of a StoredTask.
         * @deprecated Use octopus.v1.StoredTask.$Properties instead.
         */
        interface IStoredTask extends octopus.v1.StoredTask.$Properties {
        }

        /** Represents a StoredTask. */
        class StoredTask {

            /**
             * Constructs a new StoredTask.
             * @param [properties] Properties to set
             */
            constructor(properties?: octopus.v1.StoredTask.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** StoredTask type. */
            type: string;

            /** StoredTask id. */
            id: string;

            /** StoredTask payload. */
            payload: Uint8Array;

            /** StoredTask payloadBinary. */
            payloadBinary: boolean;

            /** StoredTask createdAtMs. */
            createdAtMs: number;

            /** StoredTask attemptsMax. */
            attemptsMax: number;

            /** StoredTask backoff. */
            backoff?: (octopus.v1.Backoff.$Properties|null);

            /** StoredTask timeoutMs. */
            timeoutMs: number;

            /** StoredTask expiresAtMs. */
            expiresAtMs: number;

            /** StoredTask dependsOn. */
            dependsOn: string[];

            /** StoredTask uniqueKey. */
            uniqueKey: string;

            /** StoredTask concurrencyKey. */
            concurrencyKey: string;

            /** StoredTask cronOrigin. */
            cronOrigin: string;

            /** StoredTask traceparent. */
            traceparent: string;

            /** StoredTask payloadHash. */
            payloadHash: Uint8Array;

            /** StoredTask level. */
            level: number;

            /** StoredTask onParentFailure. */
            onParentFailure: octopus.v1.OnParentFailure;

            /**
             * Encodes the specified StoredTask message. Does not implicitly {@link octopus.v1.StoredTask.verify|verify} messages.
             * @param message StoredTask message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: octopus.v1.StoredTask.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a StoredTask message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {octopus.v1.StoredTask & octopus.v1.StoredTask.$Shape} StoredTask
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): octopus.v1.StoredTask & octopus.v1.StoredTask.$Shape;
        }

        namespace StoredTask {

            /** Properties of a StoredTask. */
            interface $Properties {

                /** StoredTask type */
                type?: (string|null);

                /** StoredTask id */
                id?: (string|null);

                /** StoredTask payload */
                payload?: (Uint8Array|null);

                /** StoredTask payloadBinary */
                payloadBinary?: (boolean|null);

                /** StoredTask createdAtMs */
                createdAtMs?: (number|null);

                /** StoredTask attemptsMax */
                attemptsMax?: (number|null);

                /** StoredTask backoff */
                backoff?: (octopus.v1.Backoff.$Properties|null);

                /** StoredTask timeoutMs */
                timeoutMs?: (number|null);

                /** StoredTask expiresAtMs */
                expiresAtMs?: (number|null);

                /** StoredTask dependsOn */
                dependsOn?: (string[]|null);

                /** StoredTask uniqueKey */
                uniqueKey?: (string|null);

                /** StoredTask concurrencyKey */
                concurrencyKey?: (string|null);

                /** StoredTask cronOrigin */
                cronOrigin?: (string|null);

                /** StoredTask traceparent */
                traceparent?: (string|null);

                /** StoredTask payloadHash */
                payloadHash?: (Uint8Array|null);

                /** StoredTask level */
                level?: (number|null);

                /** StoredTask onParentFailure */
                onParentFailure?: (octopus.v1.OnParentFailure|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a StoredTask. */
            type $Shape = octopus.v1.StoredTask.$Properties;
        }

        /** OnParentFailure enum. */
        enum OnParentFailure {

            /** ON_PARENT_FAILURE_SKIP value */
            ON_PARENT_FAILURE_SKIP = 0,

            /** ON_PARENT_FAILURE_FAIL value */
            ON_PARENT_FAILURE_FAIL = 1,

            /** ON_PARENT_FAILURE_RUN value */
            ON_PARENT_FAILURE_RUN = 2
        }

        /**
         * Properties of a Backoff.
         * @deprecated Use octopus.v1.Backoff.$Properties instead.
         */
        interface IBackoff extends octopus.v1.Backoff.$Properties {
        }

        /** Represents a Backoff. */
        class Backoff {

            /**
             * Constructs a new Backoff.
             * @param [properties] Properties to set
             */
            constructor(properties?: octopus.v1.Backoff.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Backoff kind. */
            kind: octopus.v1.Backoff.Kind;

            /** Backoff minMs. */
            minMs: number;

            /** Backoff maxMs. */
            maxMs: number;

            /** Backoff jitter. */
            jitter: boolean;

            /**
             * Encodes the specified Backoff message. Does not implicitly {@link octopus.v1.Backoff.verify|verify} messages.
             * @param message Backoff message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: octopus.v1.Backoff.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Backoff message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {octopus.v1.Backoff & octopus.v1.Backoff.$Shape} Backoff
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): octopus.v1.Backoff & octopus.v1.Backoff.$Shape;
        }

        namespace Backoff {

            /** Properties of a Backoff. */
            interface $Properties {

                /** Backoff kind */
                kind?: (octopus.v1.Backoff.Kind|null);

                /** Backoff minMs */
                minMs?: (number|null);

                /** Backoff maxMs */
                maxMs?: (number|null);

                /** Backoff jitter */
                jitter?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Backoff. */
            type $Shape = octopus.v1.Backoff.$Properties;

            /** Kind enum. */
            enum Kind {

                /** KIND_EXPONENTIAL value */
                KIND_EXPONENTIAL = 0,

                /** KIND_FIXED value */
                KIND_FIXED = 1
            }
        }
    }
}
